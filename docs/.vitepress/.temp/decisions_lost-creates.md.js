import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"A create whose answer was lost","description":"","frontmatter":{},"headers":[],"relativePath":"decisions/lost-creates.md","filePath":"decisions/lost-creates.md"}');
const _sfc_main = { name: "decisions/lost-creates.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="a-create-whose-answer-was-lost" tabindex="-1">A create whose answer was lost <a class="header-anchor" href="#a-create-whose-answer-was-lost" aria-label="Permalink to &quot;A create whose answer was lost&quot;">​</a></h1><p>Tailscope repeats a create after a 429, a 401 or a refused connection, because then nothing was created. If the answer is lost (no answer, a 5xx, or an answer that Tailscope does not understand), Tailscope first looks for the credential.</p><table tabindex="0"><thead><tr><th>the list of active credentials</th><th>so Tailscope</th><th>and then</th></tr></thead><tbody><tr><td>has no candidate</td><td>assumes that nothing was created</td><td>sends the create again</td></tr><tr><td>has at most as many candidates as lost creates</td><td>revokes one candidate</td><td>sends the create again</td></tr><tr><td>has more candidates than lost creates</td><td>revokes nothing: one may be somebody else&#39;s</td><td>fails, and names them</td></tr><tr><td>cannot be read, because access is refused</td><td>cannot know</td><td>fails, and says so</td></tr></tbody></table><p>A candidate is active, has the same arguments, was created during the request (give or take two seconds), and is unknown to this run. Tailscope sends a create at most three times.</p><h2 id="why" tabindex="-1">Why <a class="header-anchor" href="#why" aria-label="Permalink to &quot;Why&quot;">​</a></h2><p>Otherwise the lost credential would stay. It is active, its secret was in an answer that nobody received, and no stack manages it. Two runs can create the same credential at the same moment. So Tailscope revokes a candidate only if the lost creates account for all candidates (<code>test/faults/lost-creates.test.ts</code>).</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("decisions/lost-creates.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const lostCreates = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  lostCreates as default
};
