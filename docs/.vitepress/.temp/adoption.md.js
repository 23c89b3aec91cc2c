import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Adoption","description":"","frontmatter":{},"headers":[],"relativePath":"adoption.md","filePath":"adoption.md"}');
const _sfc_main = { name: "adoption.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="adoption" tabindex="-1">Adoption <a class="header-anchor" href="#adoption" aria-label="Permalink to &quot;Adoption&quot;">​</a></h1><p>How do you manage credentials that already exist? <code>tailscope adopt</code> writes a Pulumi program with one resource for each credential, and the file that <code>pulumi import</code> needs. It changes nothing in the tailnet.</p><p>List the credentials that no resource manages. Then adopt all of them, or some of them by id:</p><div class="language-console vp-adaptive-theme"><button title="Copy Code" class="copy"></button><span class="lang">console</span><pre class="shiki shiki-themes github-light-high-contrast github-dark-high-contrast vp-code" tabindex="0"><code><span class="line"><span style="--shiki-light:#023B95;--shiki-dark:#91CBFF;">tailscope inventory --unmanaged</span></span>
<span class="line"><span style="--shiki-light:#023B95;--shiki-dark:#91CBFF;">tailscope adopt --all --out tailnet</span></span></code></pre></div><p>Then import the resources into a stack and check that a preview shows no changes:</p><div class="language-console vp-adaptive-theme"><button title="Copy Code" class="copy"></button><span class="lang">console</span><pre class="shiki shiki-themes github-light-high-contrast github-dark-high-contrast vp-code" tabindex="0"><code><span class="line"><span style="--shiki-light:#023B95;--shiki-dark:#91CBFF;">cd tailnet</span></span>
<span class="line"><span style="--shiki-light:#023B95;--shiki-dark:#91CBFF;">npm install</span></span>
<span class="line"><span style="--shiki-light:#023B95;--shiki-dark:#91CBFF;">pulumi stack init prod</span></span>
<span class="line"><span style="--shiki-light:#023B95;--shiki-dark:#91CBFF;">pulumi import --file import.json --generate-code=false --protect=false --yes</span></span>
<span class="line"><span style="--shiki-light:#023B95;--shiki-dark:#91CBFF;">pulumi preview --refresh --expect-no-changes</span></span></code></pre></div><p><code>examples/adopt</code> runs these steps as a script.</p><p>Tailscope does not know the secret of an adopted credential, because Tailscale shows a secret only once. The output holds a sentence that says so instead. Pulumi warns if the program uses that output, because a consumer would get the sentence. To get a new secret, set <code>rotateEvery</code> on the credential or replace it with <code>pulumi up --replace URN</code>. The old secret works until then. Use <code>ignoreChanges</code> on the consumer to keep the old secret in place.</p><p><code>pulumi import TYPE NAME ID</code> and the resource option <code>import</code> cannot adopt a dynamic resource, because Pulumi reads the resource before it knows the provider. The command fails with <code>code must be a string, not undefined</code>. Tailscope refuses the option with a message that says what to do instead.</p><p>If you use Tailscale&#39;s official provider today, read <a href="./moving-from-the-official-provider">Moving from the official provider</a>. That way keeps the names, and with type aliases it keeps the secrets too.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("adoption.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const adoption = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  adoption as default
};
