import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse(`{"title":"The SDK's debug line","description":"","frontmatter":{},"headers":[],"relativePath":"decisions/debug-line.md","filePath":"decisions/debug-line.md"}`);
const _sfc_main = { name: "decisions/debug-line.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="the-sdk-s-debug-line" tabindex="-1">The SDK&#39;s debug line <a class="header-anchor" href="#the-sdk-s-debug-line" aria-label="Permalink to &quot;The SDK&#39;s debug line&quot;">​</a></h1><p>Tailscope changes how the SDK prints the answers of the engine: the debug line names the resource and leaves out its properties.</p><h2 id="why" tabindex="-1">Why <a class="header-anchor" href="#why" aria-label="Permalink to &quot;Why&quot;">​</a></h2><p>The SDK logs whole answers of the engine, with secrets in plaintext, and <code>pulumi up --json</code> and <code>--debug</code> print that line. No answer of the provider could change that (<code>test/engine/debug-output.test.ts</code>).</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("decisions/debug-line.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const debugLine = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  debugLine as default
};
