import { defaultRuntime, nodeRuntime, runtimeFor } from './index.ts';
import { runtimeLaws } from './runtime.law.ts';

runtimeLaws('Node', () => defaultRuntime());
runtimeLaws('Node, one thread', () => nodeRuntime({ threads: 1 }));
// The same package and kernels that a page uses, without the browser.
runtimeLaws('WebAssembly', () => runtimeFor({ device: 'wasm' }));
