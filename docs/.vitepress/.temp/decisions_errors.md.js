import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Which errors a program gets","description":"","frontmatter":{},"headers":[],"relativePath":"decisions/errors.md","filePath":"decisions/errors.md"}');
const _sfc_main = { name: "decisions/errors.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="which-errors-a-program-gets" tabindex="-1">Which errors a program gets <a class="header-anchor" href="#which-errors-a-program-gets" aria-label="Permalink to &quot;Which errors a program gets&quot;">​</a></h1><p><code>tailscope</code> exports <code>ArgumentError</code>, <code>ConfigError</code> and <code>PackageError</code>, because they are thrown in the program. It does not export the errors of the API (<code>provider/api/errors.ts</code>). Instead, <code>findRequestErrors</code> reads failed requests from Pulumi&#39;s output.</p><h2 id="why" tabindex="-1">Why <a class="header-anchor" href="#why" aria-label="Permalink to &quot;Why&quot;">​</a></h2><p>Pulumi runs a dynamic provider in a separate process and passes on only the text of an error, without its class and properties. So a program could import the classes of the API&#39;s errors but never catch one. The text always has the action, the method, the path, the status and the request id in the same form, so a program can parse it. A test parses every variant (<code>test/unit/request-error.test.ts</code>).</p><p>The commands export no errors, because scripts call them. Scripts get an exit code and <code>--json</code>.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("decisions/errors.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const errors = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  errors as default
};
