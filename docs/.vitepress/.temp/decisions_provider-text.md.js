import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse(`{"title":"The provider's text is short and constant","description":"","frontmatter":{},"headers":[],"relativePath":"decisions/provider-text.md","filePath":"decisions/provider-text.md"}`);
const _sfc_main = { name: "decisions/provider-text.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="the-provider-s-text-is-short-and-constant" tabindex="-1">The provider&#39;s text is short and constant <a class="header-anchor" href="#the-provider-s-text-is-short-and-constant" aria-label="Permalink to &quot;The provider&#39;s text is short and constant&quot;">​</a></h1><p>Each resource stores a text of about 60 bytes, <code>exports.handler=()=&gt;require(&quot;tailscope&quot;).OAuthClient.provider</code>. It is the same for every release.</p><h2 id="why" tabindex="-1">Why <a class="header-anchor" href="#why" aria-label="Permalink to &quot;Why&quot;">​</a></h2><p>Pulumi stores the text with every resource, in its inputs and its outputs. A closure captured by value would take about 2.7 KB and change with each release, and then every resource would show a change. State written by 0.1.0 is a fixture, and every version must be able to read, refresh and delete it (<code>test/engine/provider-text.test.ts</code>).</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("decisions/provider-text.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const providerText = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  providerText as default
};
