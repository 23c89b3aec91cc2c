const _imports_0 = "/assets/ci.DcFcLxnx.svg";
export {
  _imports_0 as _
};
