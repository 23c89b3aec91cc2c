import { ssrRenderAttrs } from "vue/server-renderer";
import { useSSRContext } from "vue";
import { _ as _export_sfc } from "./plugin-vue_export-helper.1tPrXgE0.js";
const __pageData = JSON.parse('{"title":"The review in CI is two jobs","description":"","frontmatter":{},"headers":[],"relativePath":"decisions/review-in-ci.md","filePath":"decisions/review-in-ci.md"}');
const _sfc_main = { name: "decisions/review-in-ci.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs(_attrs)}><h1 id="the-review-in-ci-is-two-jobs" tabindex="-1">The review in CI is two jobs <a class="header-anchor" href="#the-review-in-ci-is-two-jobs" aria-label="Permalink to &quot;The review in CI is two jobs&quot;">​</a></h1><p>One job runs the preview. The second job reviews it and runs on <code>workflow_run</code>.</p><h2 id="why" tabindex="-1">Why <a class="header-anchor" href="#why" aria-label="Permalink to &quot;Why&quot;">​</a></h2><p>On <code>pull_request</code>, GitHub runs the branch&#39;s own version of a workflow, so the branch could judge itself.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("decisions/review-in-ci.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const reviewInCi = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  reviewInCi as default
};
