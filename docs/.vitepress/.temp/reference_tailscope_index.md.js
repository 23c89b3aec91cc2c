import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"tailscope","description":"","frontmatter":{},"headers":[],"relativePath":"reference/tailscope/index.md","filePath":"reference/tailscope/index.md"}');
const _sfc_main = { name: "reference/tailscope/index.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="tailscope" tabindex="-1">tailscope <a class="header-anchor" href="#tailscope" aria-label="Permalink to &quot;tailscope&quot;">​</a></h1><p>Tailscale&#39;s credentials as Pulumi resources.</p><h2 id="classes" tabindex="-1">Classes <a class="header-anchor" href="#classes" aria-label="Permalink to &quot;Classes&quot;">​</a></h2><ul><li><a href="./classes/ArgumentError">ArgumentError</a></li><li><a href="./classes/AuthKey">AuthKey</a></li><li><a href="./classes/ConfigError">ConfigError</a></li><li><a href="./classes/FederatedIdentity">FederatedIdentity</a></li><li><a href="./classes/OAuthClient">OAuthClient</a></li><li><a href="./classes/PackageError">PackageError</a></li><li><a href="./classes/RequestError">RequestError</a></li><li><a href="./classes/RotatingAuthKey">RotatingAuthKey</a></li><li><a href="./classes/RotatingOAuthClient">RotatingOAuthClient</a></li></ul><h2 id="interfaces" tabindex="-1">Interfaces <a class="header-anchor" href="#interfaces" aria-label="Permalink to &quot;Interfaces&quot;">​</a></h2><ul><li><a href="./interfaces/AuthKeyArgs">AuthKeyArgs</a></li><li><a href="./interfaces/FederatedIdentityArgs">FederatedIdentityArgs</a></li><li><a href="./interfaces/GenericTrust">GenericTrust</a></li><li><a href="./interfaces/GithubTrust">GithubTrust</a></li><li><a href="./interfaces/GitlabTrust">GitlabTrust</a></li><li><a href="./interfaces/KubernetesTrust">KubernetesTrust</a></li><li><a href="./interfaces/OAuthClientArgs">OAuthClientArgs</a></li><li><a href="./interfaces/RotatingAuthKeyArgs">RotatingAuthKeyArgs</a></li><li><a href="./interfaces/RotatingOAuthClientArgs">RotatingOAuthClientArgs</a></li><li><a href="./interfaces/Trust">Trust</a></li></ul><h2 id="type-aliases" tabindex="-1">Type Aliases <a class="header-anchor" href="#type-aliases" aria-label="Permalink to &quot;Type Aliases&quot;">​</a></h2><ul><li><a href="./type-aliases/Duration">Duration</a></li><li><a href="./type-aliases/Scope">Scope</a></li></ul><h2 id="variables" tabindex="-1">Variables <a class="header-anchor" href="#variables" aria-label="Permalink to &quot;Variables&quot;">​</a></h2><ul><li><a href="./variables/trust">trust</a></li></ul><h2 id="functions" tabindex="-1">Functions <a class="header-anchor" href="#functions" aria-label="Permalink to &quot;Functions&quot;">​</a></h2><ul><li><a href="./functions/findRequestErrors">findRequestErrors</a></li></ul></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("reference/tailscope/index.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const index = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  index as default
};
