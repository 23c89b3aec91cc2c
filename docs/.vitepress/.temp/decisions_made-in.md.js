import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"The state says where a credential was created","description":"","frontmatter":{},"headers":[],"relativePath":"decisions/made-in.md","filePath":"decisions/made-in.md"}');
const _sfc_main = { name: "decisions/made-in.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="the-state-says-where-a-credential-was-created" tabindex="-1">The state says where a credential was created <a class="header-anchor" href="#the-state-says-where-a-credential-was-created" aria-label="Permalink to &quot;The state says where a credential was created&quot;">​</a></h1><p>The state has a property <code>madeIn</code>: the id or name of the tailnet, and the id of the deployer.</p><h2 id="why" tabindex="-1">Why <a class="header-anchor" href="#why" aria-label="Permalink to &quot;Why&quot;">​</a></h2><p>No request tells every deployer which tailnet it belongs to. To a deployer of another tailnet, every credential looks gone. So a missing credential counts as gone only if the deployer or the tailnet is the same, or if the tailnet has another credential from the state.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("decisions/made-in.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const madeIn = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  madeIn as default
};
