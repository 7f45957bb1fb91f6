// Lowering: walks the graph in topological order, lets each operation emit its ONNX nodes, and collects the model.

import { topological } from '../autodiff/index.ts';
import { JepaError } from '../core/index.ts';
import {
  type DType,
  type EmitOptions,
  type Emitter,
  type HostArray,
  type OnnxAttributes,
  type Shape,
  type Source,
  sourceOf,
  type Tensor,
} from '../tensor/index.ts';
import type { OnnxConstant, OnnxGraph, OnnxNode, OnnxValue } from './onnx/model.ts';

/** Options of lowering. */
export interface LowerOptions {
  readonly name: string;
  /** Only standard operators. */
  readonly portable: boolean;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** A lowered graph: the sources that must be fed, by the name under which the model knows them. */
export interface Lowered {
  readonly graph: OnnxGraph;
  readonly sources: ReadonlyMap<string, Source>;
}

/** The model's input name of a source: `parameter:encoder.weight`, but plain for ordinary inputs. */
export function feedName({ role, name }: Source): string {
  return role === 'input' ? name : `${role}:${name}`;
}

/** Lowers named outputs to an ONNX graph whose outputs carry those names. */
export function lower(outputs: Readonly<Record<string, Tensor>>, options: LowerOptions): Lowered {
  const nodes: OnnxNode[] = [];
  const inputs: OnnxValue[] = [];
  const constants = new Map<string, OnnxConstant>();
  const sources = new Map<string, Source>();
  const names = new Map<Tensor, string>();
  const results = new Set<string>();
  let label = '';
  let counter = 0;

  const constant = (dtype: DType, shape: Shape, data: HostArray): string => {
    const small = data.length <= 64;
    const key = small
      ? `${dtype}[${shape.join()}]${Array.from(data as ArrayLike<number | bigint>, (v) => (Object.is(v, -0) ? '-0' : v)).join()}`
      : `#${constants.size}`;
    const known = constants.get(key);
    if (known !== undefined) return known.name;
    const name = `%c${constants.size}`;
    constants.set(key, { name, dtype, shape, data });
    return name;
  };
  const emitter: Emitter = {
    portable: options.portable,
    constant,
    node(opType: string, args: readonly string[], attributes: OnnxAttributes = {}, emit: EmitOptions = {}): string[] {
      const id = counter++;
      const own = Array.from({ length: emit.outputs ?? 1 }, (_, i) => (i === 0 ? `%${id}` : `%${id}_${i}`));
      nodes.push({
        opType,
        name: `${label}/${opType}_${id}`,
        inputs: args,
        outputs: own,
        attributes,
        domain: emit.domain ?? '',
      });
      for (const name of own) results.add(name);
      return own;
    },
  };

  for (const node of topological(Object.values(outputs))) {
    const source = sourceOf(node.outputs[0]!);
    if (source !== undefined) {
      const t = node.outputs[0]!;
      const name = feedName(source);
      const known = sources.get(name);
      if (known !== undefined && JSON.stringify(known) !== JSON.stringify(source)) {
        throw new JepaError(
          'shape',
          `two sources are named '${name}' with different types: [${known.type.shape}] and [${source.type.shape}]; give each its own name`,
        );
      }
      if (known === undefined) inputs.push({ name, dtype: t.dtype, shape: t.shape });
      sources.set(name, source);
      names.set(t, name);
      continue;
    }
    if (node.op.lower === undefined) throw new JepaError('unsupported', `operation ${node.op.name} has no lowering`);
    label = node.scope === '' ? node.op.name : `${node.scope}/${node.op.name}`;
    const lowered = node.op.lower(
      emitter,
      node.inputs.map((t) => names.get(t)!),
      node,
      node.attributes as never,
    );
    node.outputs.forEach((t, i) => {
      const name = lowered[i];
      if (name !== undefined) names.set(t, name);
    });
  }

  for (const { name } of inputs) {
    if (name in outputs)
      throw new JepaError(
        'usage',
        `${options.name}: output '${name}' has the name of an input; give one of them another`,
        {
          name,
        },
      );
  }
  // Give computed outputs their public names; a constant, an input or a second name for one value needs an Identity.
  const renamed = new Map<string, string>();
  label = 'output';
  for (const [name, t] of Object.entries(outputs)) {
    const value = names.get(t)!;
    if (results.has(value) && !renamed.has(value)) renamed.set(value, name);
    else
      nodes.push({
        opType: 'Identity',
        name: `output/${name}`,
        inputs: [value],
        outputs: [name],
        attributes: {},
        domain: '',
      });
  }
  const publicName = (v: string): string => renamed.get(v) ?? v;
  return {
    sources,
    graph: {
      name: options.name,
      inputs,
      outputs: Object.entries(outputs).map(([name, t]) => ({ name, dtype: t.dtype, shape: t.shape })),
      nodes: nodes.map((n) => ({
        ...n,
        inputs: n.inputs.map(publicName),
        outputs: n.outputs.map((v) => (n.opType === 'Identity' && v in outputs ? v : publicName(v))),
      })),
      constants: [...constants.values()],
      ...(options.metadata === undefined ? {} : { metadata: options.metadata }),
    },
  };
}
