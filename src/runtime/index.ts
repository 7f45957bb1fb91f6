export { type OrtModule, type OrtOptions, ortRuntime } from './ort.ts';
export { defaultRuntime, type NodeRuntimeOptions, nodeRuntime } from './ort-node.ts';
export { type WebDevice, webRuntime } from './ort-web.ts';
export type { HostTensor, LoadOptions, NodeTime, Runtime, Session } from './runtime.ts';
