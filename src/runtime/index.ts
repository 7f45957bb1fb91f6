export { availableDevices, type Device, type DeviceOptions, nodesByProvider, runtimeFor } from './device.ts';
export { type OnnxRuntimeNode, onnxRuntimeNode } from './onnxruntime-node.ts';
export { type OrtModule, type OrtOptions, type OrtSession, type OrtTensor, ortRuntime } from './ort.ts';
export { defaultRuntime, type NodeRuntimeOptions, nodeRuntime } from './ort-node.ts';
export { type WebDevice, webRuntime } from './ort-web.ts';
export type { HostTensor, LoadOptions, NodeTime, Runtime, RuntimeDescription, Session } from './runtime.ts';
