import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"The state holds what the API answered","description":"","frontmatter":{},"headers":[],"relativePath":"decisions/state.md","filePath":"decisions/state.md"}');
const _sfc_main = { name: "decisions/state.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="the-state-holds-what-the-api-answered" tabindex="-1">The state holds what the API answered <a class="header-anchor" href="#the-state-holds-what-the-api-answered" aria-label="Permalink to &quot;The state holds what the API answered&quot;">​</a></h1><p>The state holds the arguments as the API returned them. Under <code>asked</code>, it holds the program&#39;s arguments that the API returned differently.</p><h2 id="why" tabindex="-1">Why <a class="header-anchor" href="#why" aria-label="Permalink to &quot;Why&quot;">​</a></h2><p>Tailscope compares the program with what the program asked for last. It compares the tailnet with what the API returned for the last write. So a value that Tailscale rewrites does not count as drift.</p><p>Tailscope says nothing about values that Tailscale is known to rewrite: GitHub&#39;s subjects and older names of scopes. If the API returns anything else differently, such as a client without its tags, Tailscope warns at every run. Otherwise the credential could do more or less than the program says, and nobody would notice.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("decisions/state.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const state = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  state as default
};
