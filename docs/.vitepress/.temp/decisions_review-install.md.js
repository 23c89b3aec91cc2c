import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Which version of Tailscope reviews a pull request","description":"","frontmatter":{},"headers":[],"relativePath":"decisions/review-install.md","filePath":"decisions/review-install.md"}');
const _sfc_main = { name: "decisions/review-install.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="which-version-of-tailscope-reviews-a-pull-request" tabindex="-1">Which version of Tailscope reviews a pull request <a class="header-anchor" href="#which-version-of-tailscope-reviews-a-pull-request" aria-label="Permalink to &quot;Which version of Tailscope reviews a pull request&quot;">​</a></h1><p>The second job compiles Tailscope from the action&#39;s own commit. A lock file beside the action pins the packages.</p><h2 id="why" tabindex="-1">Why <a class="header-anchor" href="#why" aria-label="Permalink to &quot;Why&quot;">​</a></h2><p>One commit then pins everything. A lock file cannot contain the hash of a package that is not published yet.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("decisions/review-install.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const reviewInstall = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  reviewInstall as default
};
