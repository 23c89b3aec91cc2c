import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Behind a proxy","description":"","frontmatter":{},"headers":[],"relativePath":"recipes/behind-a-proxy.md","filePath":"recipes/behind-a-proxy.md"}');
const _sfc_main = { name: "recipes/behind-a-proxy.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="behind-a-proxy" tabindex="-1">Behind a proxy <a class="header-anchor" href="#behind-a-proxy" aria-label="Permalink to &quot;Behind a proxy&quot;">​</a></h1><p>How does Tailscope reach Tailscale through a proxy? Set the variables that other tools use too. Requests to Tailscale go through the proxy. Requests to this machine do not.</p><div class="language-console vp-adaptive-theme"><button title="Copy Code" class="copy"></button><span class="lang">console</span><pre class="shiki shiki-themes github-light-high-contrast github-dark-high-contrast vp-code" tabindex="0"><code><span class="line"><span style="--shiki-light:#023B95;--shiki-dark:#91CBFF;">export HTTPS_PROXY=http://proxy.example.com:3128</span></span>
<span class="line"><span style="--shiki-light:#023B95;--shiki-dark:#91CBFF;">export NO_PROXY=localhost,.example.com</span></span>
<span class="line"><span style="--shiki-light:#023B95;--shiki-dark:#91CBFF;">tailscope doctor</span></span></code></pre></div><p><code>tailscope doctor</code> says which proxy is in use and whether the tailnet answers through it.</p><ul><li>Put a user name and a password in the address: <code>http://USER:PASSWORD@proxy.example.com:3128</code>. No message shows them.</li><li>If the proxy decrypts TLS and presents your company&#39;s certificate, make Node trust it: <code>NODE_EXTRA_CA_CERTS=/etc/ssl/company.pem</code>.</li><li><code>TAILSCOPE_TIMEOUT=60s</code> gives a slow proxy more time for each answer.</li><li>GitHub Actions, AWS and Google Cloud issue identity tokens at their own addresses. Requests to link-local addresses do not use the proxy.</li></ul><p><a href="./../settings#proxies-and-certificates">Settings</a> says which variable takes precedence and lists the other options.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("recipes/behind-a-proxy.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const behindAProxy = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  behindAProxy as default
};
