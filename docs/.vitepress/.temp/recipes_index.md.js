import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"Recipes","description":"","frontmatter":{},"headers":[],"relativePath":"recipes/index.md","filePath":"recipes/index.md"}');
const _sfc_main = { name: "recipes/index.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="recipes" tabindex="-1">Recipes <a class="header-anchor" href="#recipes" aria-label="Permalink to &quot;Recipes&quot;">​</a></h1><p>How do you do a common task? Copy one of these complete programs and adapt it.</p><ul><li><a href="./github-actions-secret">A rotated secret in GitHub Actions</a></li><li><a href="./one-client-per-team">One client for each team</a></li><li><a href="./kubernetes-operator">The Kubernetes operator</a></li><li><a href="./beside-terraform">Beside Terraform</a></li><li><a href="./self-hosted-runners">Self-hosted runners</a></li><li><a href="./behind-a-proxy">Behind a proxy</a></li></ul><p>The repository has complete projects under <code>examples/</code>.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("recipes/index.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const index = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  index as default
};
