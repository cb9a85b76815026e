// Imported before any WASM module that uses wgpu.
//
// wgpu's web backend has no name for the feature "subgroups", so it never asks for it; shaders that use it
// would be refused. Asking for what the adapter has costs nothing where no shader uses it.
if (globalThis.GPUAdapter) {
  const requestDevice = GPUAdapter.prototype.requestDevice;
  GPUAdapter.prototype.requestDevice = function (descriptor = {}) {
    const requiredFeatures = [...(descriptor.requiredFeatures ?? [])];
    if (this.features.has("subgroups") && !requiredFeatures.includes("subgroups")) {
      requiredFeatures.push("subgroups");
    }
    return requestDevice.call(this, { ...descriptor, requiredFeatures });
  };
}
