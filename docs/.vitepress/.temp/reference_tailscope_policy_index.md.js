import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"tailscope/policy","description":"","frontmatter":{},"headers":[],"relativePath":"reference/tailscope/policy/index.md","filePath":"reference/tailscope/policy/index.md"}');
const _sfc_main = { name: "reference/tailscope/policy/index.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="tailscope-policy" tabindex="-1">tailscope/policy <a class="header-anchor" href="#tailscope-policy" aria-label="Permalink to &quot;tailscope/policy&quot;">​</a></h1><p>A CrossGuard policy pack for credentials: rules that an organisation sets once and Pulumi enforces at every preview and <code>up</code>. Source: <a href="https://www.pulumi.com/docs/iac/packages-and-automation/crossguard/" target="_blank" rel="noreferrer">https://www.pulumi.com/docs/iac/packages-and-automation/crossguard/</a></p><h2 id="interfaces" tabindex="-1">Interfaces <a class="header-anchor" href="#interfaces" aria-label="Permalink to &quot;Interfaces&quot;">​</a></h2><ul><li><a href="./interfaces/Allowance">Allowance</a></li><li><a href="./interfaces/Exception">Exception</a></li><li><a href="./interfaces/Exemption">Exemption</a></li><li><a href="./interfaces/Rules">Rules</a></li></ul><h2 id="type-aliases" tabindex="-1">Type Aliases <a class="header-anchor" href="#type-aliases" aria-label="Permalink to &quot;Type Aliases&quot;">​</a></h2><ul><li><a href="./type-aliases/Level">Level</a></li><li><a href="./type-aliases/Setting">Setting</a></li></ul><h2 id="functions" tabindex="-1">Functions <a class="header-anchor" href="#functions" aria-label="Permalink to &quot;Functions&quot;">​</a></h2><ul><li><a href="./functions/policies">policies</a></li><li><a href="./functions/policyPack">policyPack</a></li></ul></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("reference/tailscope/policy/index.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const index = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  index as default
};
