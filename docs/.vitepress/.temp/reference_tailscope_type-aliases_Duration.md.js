import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Type Alias: Duration","description":"","frontmatter":{},"headers":[],"relativePath":"reference/tailscope/type-aliases/Duration.md","filePath":"reference/tailscope/type-aliases/Duration.md"}');
const _sfc_main = { name: "reference/tailscope/type-aliases/Duration.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="type-alias-duration" tabindex="-1">Type Alias: Duration <a class="header-anchor" href="#type-alias-duration" aria-label="Permalink to &quot;Type Alias: Duration&quot;">​</a></h1><div class="language-ts vp-adaptive-theme"><button title="Copy Code" class="copy"></button><span class="lang">ts</span><pre class="shiki shiki-themes github-light-high-contrast github-dark-high-contrast vp-code" tabindex="0"><code><span class="line"><span style="--shiki-light:#A0111F;--shiki-dark:#FF9492;">type</span><span style="--shiki-light:#702C00;--shiki-dark:#FFB757;"> Duration</span><span style="--shiki-light:#A0111F;--shiki-dark:#FF9492;"> =</span><span style="--shiki-light:#023B95;--shiki-dark:#91CBFF;"> number</span><span style="--shiki-light:#A0111F;--shiki-dark:#FF9492;"> |</span><span style="--shiki-light:#023B95;--shiki-dark:#91CBFF;"> string</span><span style="--shiki-light:#0E1116;--shiki-dark:#F0F3F6;">;</span></span></code></pre></div><p>A length of time, in one of three forms: a number of seconds, also as a string, because stack config has only strings (<code>&quot;7776000&quot;</code>); a whole number with a unit (<code>&quot;90d&quot;</code>, <code>&quot;12h&quot;</code>, <code>&quot;30m&quot;</code>, <code>&quot;45s&quot;</code>, <code>&quot;2w&quot;</code>); or an ISO 8601 duration (<code>&quot;P90D&quot;</code>, <code>&quot;PT12H&quot;</code>), without months and years, because their length varies.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("reference/tailscope/type-aliases/Duration.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const Duration = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  Duration as default
};
