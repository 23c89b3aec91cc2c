import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"The set-up relies on TLS for the CLI download","description":"","frontmatter":{},"headers":[],"relativePath":"decisions/cli-download.md","filePath":"decisions/cli-download.md"}');
const _sfc_main = { name: "decisions/cli-download.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="the-set-up-relies-on-tls-for-the-cli-download" tabindex="-1">The set-up relies on TLS for the CLI download <a class="header-anchor" href="#the-set-up-relies-on-tls-for-the-cli-download" aria-label="Permalink to &quot;The set-up relies on TLS for the CLI download&quot;">​</a></h1><p>The set-up relies on TLS to verify the official download of the Pulumi CLI. It has no checksum of its own.</p><h2 id="why" tabindex="-1">Why <a class="header-anchor" href="#why" aria-label="Permalink to &quot;Why&quot;">​</a></h2><p>Pulumi&#39;s own installer does the same.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("decisions/cli-download.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const cliDownload = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  cliDownload as default
};
