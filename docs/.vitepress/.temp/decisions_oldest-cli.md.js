import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"The oldest Pulumi CLI","description":"","frontmatter":{},"headers":[],"relativePath":"decisions/oldest-cli.md","filePath":"decisions/oldest-cli.md"}');
const _sfc_main = { name: "decisions/oldest-cli.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="the-oldest-pulumi-cli" tabindex="-1">The oldest Pulumi CLI <a class="header-anchor" href="#the-oldest-pulumi-cli" aria-label="Permalink to &quot;The oldest Pulumi CLI&quot;">​</a></h1><p>The CLI on PATH must be 3.254.0 or later.</p><h2 id="why" tabindex="-1">Why <a class="header-anchor" href="#why" aria-label="Permalink to &quot;Why&quot;">​</a></h2><p>It is the first version whose <code>pulumi import --file</code> takes inputs and outputs. A dynamic resource can adopt an existing credential only in this way.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("decisions/oldest-cli.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const oldestCli = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  oldestCli as default
};
