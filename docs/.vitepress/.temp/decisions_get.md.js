import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"get fails if the credential is gone","description":"","frontmatter":{},"headers":[],"relativePath":"decisions/get.md","filePath":"decisions/get.md"}');
const _sfc_main = { name: "decisions/get.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="get-fails-if-the-credential-is-gone" tabindex="-1"><code>get</code> fails if the credential is gone <a class="header-anchor" href="#get-fails-if-the-credential-is-gone" aria-label="Permalink to &quot;\`get\` fails if the credential is gone&quot;">​</a></h1><p><code>get</code> fails if the tailnet does not have the credential.</p><h2 id="why" tabindex="-1">Why <a class="header-anchor" href="#why" aria-label="Permalink to &quot;Why&quot;">​</a></h2><p>If <code>get</code> reported the credential as gone, the engine would treat it as a resource without outputs.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("decisions/get.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const get = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  get as default
};
