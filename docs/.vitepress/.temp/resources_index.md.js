import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Resources","description":"","frontmatter":{},"headers":[],"relativePath":"resources/index.md","filePath":"resources/index.md"}');
const _sfc_main = { name: "resources/index.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="resources" tabindex="-1">Resources <a class="header-anchor" href="#resources" aria-label="Permalink to &quot;Resources&quot;">​</a></h1><p>What can you create with Tailscope, and which resource do you need?</p><ul><li><a href="./oauth-client">OAuthClient</a>: an id and a secret that get short-lived API tokens</li><li><a href="./auth-key">AuthKey</a>: a key that a machine uses to join the tailnet</li><li><a href="./federated-identity">FederatedIdentity</a>: trust in another system&#39;s identity tokens</li><li><a href="./rotating">Rotating pairs</a>: <code>RotatingOAuthClient</code> and <code>RotatingAuthKey</code></li><li><a href="./trust">trust</a>: which identity tokens of GitHub, GitLab, Kubernetes and others to accept</li></ul><p>The <a href="./../reference/">API reference</a> lists every argument, output and error.</p><h2 id="what-they-have-in-common" tabindex="-1">What they have in common <a class="header-anchor" href="#what-they-have-in-common" aria-label="Permalink to &quot;What they have in common&quot;">​</a></h2><p>The preview checks every argument before Tailscope sends anything. The message says what is wrong, where it is and what to write instead:</p><div class="language-text vp-adaptive-theme"><button title="Copy Code" class="copy"></button><span class="lang">text</span><pre class="shiki shiki-themes github-light-high-contrast github-dark-high-contrast vp-code" tabindex="0"><code><span class="line"><span>scopes[0]: &quot;auth_key&quot; is not a scope of the Tailscale API. Did you mean &quot;auth_keys&quot;?</span></span></code></pre></div><p>A duration is a number of seconds or a string: <code>&quot;90d&quot;</code>, <code>&quot;12h&quot;</code>, <code>&quot;P7D&quot;</code>. <code>connection</code> selects <a href="./../several-tailnets">another tailnet</a>.</p><p>Pulumi&#39;s resource options work as they do for any other resource, except <code>import</code>, which cannot work for a dynamic resource. <code>pulumi import TYPE NAME ID</code> cannot work either, for the same reason. <a href="./../adoption">Adopt</a> the credential instead.</p><p>You can test programs that use these resources with <a href="https://www.pulumi.com/docs/iac/guides/testing/unit/" target="_blank" rel="noreferrer">Pulumi&#39;s mocks</a>.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("resources/index.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const index = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  index as default
};
