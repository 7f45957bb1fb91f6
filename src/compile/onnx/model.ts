// ONNX models as plain records, and their encoding (field numbers from onnx/onnx.proto, ONNX 1.16).

import type { DType, HostArray, OnnxAttributes, Shape } from '../../tensor/index.ts';
import { Message } from './protobuf.ts';

/** Version of the standard operator set that models are written for. */
const OPSET = 20;

/** One node. */
export interface OnnxNode {
  readonly opType: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: OnnxAttributes;
  readonly domain: '' | 'com.microsoft';
}

/** A named input or output. */
export interface OnnxValue {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
}

/** A stored constant. */
export interface OnnxConstant extends OnnxValue {
  readonly data: HostArray;
}

/** A graph with its inputs, outputs, nodes in execution order, and constants. */
export interface OnnxGraph {
  readonly name: string;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxConstant[];
  /** Free key-value pairs for the model file. */
  readonly metadata?: Readonly<Record<string, string>>;
}

const ELEMENT_TYPE: Readonly<Record<DType, number>> = { f32: 1, u8: 2, i32: 6, i64: 7, bool: 9 };

function attributeMessages({ int = {}, float = {}, ints = {}, string = {} }: OnnxAttributes): Message[] {
  const named = (name: string, type: number) => new Message().text(1, name).int(20, type);
  return [
    ...Object.entries(float).map(([name, v]) => named(name, 1).float(2, v)),
    ...Object.entries(int).map(([name, v]) => named(name, 2).int(3, v)),
    ...Object.entries(string).map(([name, v]) => named(name, 3).text(4, v)),
    ...Object.entries(ints).map(([name, v]) => v.reduce((m, i) => m.int(8, i), named(name, 7))),
  ];
}

function nodeMessage(node: OnnxNode): Message {
  const m = new Message();
  for (const name of node.inputs) m.text(1, name);
  for (const name of node.outputs) m.text(2, name);
  m.text(3, node.name).text(4, node.opType);
  for (const a of attributeMessages(node.attributes)) m.message(5, a);
  return node.domain === '' ? m : m.text(7, node.domain);
}

function valueMessage({ name, dtype, shape }: OnnxValue): Message {
  const dims = shape.reduce((m, d) => m.message(1, new Message().int(1, d)), new Message());
  const tensor = new Message().int(1, ELEMENT_TYPE[dtype]).message(2, dims);
  return new Message().text(1, name).message(2, new Message().message(1, tensor));
}

function constantMessage({ name, dtype, shape, data }: OnnxConstant): Message {
  const m = shape.reduce((acc, d) => acc.int(1, d), new Message());
  return m
    .int(2, ELEMENT_TYPE[dtype])
    .text(8, name)
    .raw(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

/** The bytes of an ONNX model file. */
export function encodeModel(graph: OnnxGraph, producerVersion: string): Uint8Array {
  const g = new Message();
  for (const node of graph.nodes) g.message(1, nodeMessage(node));
  g.text(2, graph.name);
  for (const c of graph.constants) g.message(5, constantMessage(c));
  for (const v of graph.inputs) g.message(11, valueMessage(v));
  for (const v of graph.outputs) g.message(12, valueMessage(v));
  const m = new Message().int(1, 9).text(2, 'jepa').text(3, producerVersion).message(7, g);
  m.message(8, new Message().text(1, '').int(2, OPSET));
  if (graph.nodes.some((n) => n.domain === 'com.microsoft'))
    m.message(8, new Message().text(1, 'com.microsoft').int(2, 1));
  for (const [k, v] of Object.entries(graph.metadata ?? {})) m.message(14, new Message().text(1, k).text(2, v));
  return m.bytes();
}
