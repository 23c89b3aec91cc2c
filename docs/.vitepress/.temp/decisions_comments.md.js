import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Comments are a command","description":"","frontmatter":{},"headers":[],"relativePath":"decisions/comments.md","filePath":"decisions/comments.md"}');
const _sfc_main = { name: "decisions/comments.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="comments-are-a-command" tabindex="-1">Comments are a command <a class="header-anchor" href="#comments-are-a-command" aria-label="Permalink to &quot;Comments are a command&quot;">​</a></h1><p>The command <code>tailscope comment</code> writes comments on pull requests. There is no script to copy.</p><h2 id="why" tabindex="-1">Why <a class="header-anchor" href="#why" aria-label="Permalink to &quot;Why&quot;">​</a></h2><p>The command works the same way on GitHub and GitLab. It replaces only comments by the job&#39;s own author.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("decisions/comments.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const comments = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  comments as default
};
