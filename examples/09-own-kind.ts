// A kind of world model of your own: eyes that see no more than the mean colour of the cells of a grid, an MLP that embeds them, and
// another that says what a block of actions changes; SIGReg keeps the embedding from collapsing. Registered by its name it is
// trained, probed, planned with, exported and loaded as the built-in kinds are.
// Run with `npx jepa run examples/09-own-kind.ts`: about 2 minutes on two cores.

import { real, whole } from 'jepa/core';
import { registerWorld } from 'jepa/envs';
import { worldRecipe } from 'jepa/experiment';
import { defineJepa, l2, methods, sigreg, sigregDirections } from 'jepa/jepa';
import { type Module, mlp, module, pixelPlanes } from 'jepa/nn';
import { planCost } from 'jepa/plan';
import { add, at, broadcastTo, concat, reduceMean, reshape, slice, stack, type Tensor, transpose } from 'jepa/tensor';
import { type DynamicsGraphs, defineDynamics, registerWorldKind, seenFrames, sensesOf } from 'jepa/world';
import { ice, springAndDamper } from './ice.ts';

/** Plain data, with `kind: 'grid'` the model of a configuration. */
interface GridConfig {
  readonly imageSize: number;
  /** Cells along a side of the picture. */
  readonly cells: number;
  readonly embedDim: number;
  readonly hidden: number;
  readonly actionDim: number;
  readonly sigreg: number;
}

interface Grid {
  /** Pictures u8 [N, H, W, 3] -> [N, D]. */
  embed(frames: Tensor): Tensor;
  /** [..., D] and blocks [..., A] -> [..., D]. */
  predict(z: Tensor, blocks: Tensor): Tensor;
}

function grid({ imageSize, cells, embedDim, hidden, actionDim }: GridConfig): Module<Grid> {
  const side = imageSize / cells;
  const children = {
    eyes: mlp([3 * cells * cells, hidden, embedDim]),
    change: mlp([embedDim + actionDim, hidden, embedDim]),
  };
  return module(children, (m) => ({
    embed(frames) {
      const N = frames.shape[0]!;
      const means = reduceMean(reshape(pixelPlanes(frames), [N, 3, cells, side, cells, side]), { axes: [3, 5] });
      return m.eyes(reshape(means, [N, 3 * cells * cells]));
    },
    predict: (z, blocks) => add(z, m.change(concat([z, blocks], -1))),
  }));
}

/** Every frame of clips [B, T, H, W, 3], embedded: [B, T, D]. */
const embedClips = (model: Grid, clips: Tensor, dim: number): Tensor => {
  const [B, T, ...picture] = clips.shape as [number, number, ...number[]];
  return reshape(model.embed(reshape(clips, [B * T, ...picture])), [B, T, dim]);
};

registerWorldKind<GridConfig>({
  name: 'grid',
  settings: {
    imageSize: whole(),
    cells: whole(),
    embedDim: whole(),
    hidden: whole(),
    actionDim: whole(),
    sigreg: real({ above: 0 }),
  },
  dynamics(config) {
    const { imageSize, embedDim: dim, actionDim } = config;
    const sizes = { name: 'grid', senses: sensesOf({ imageSize }), dim, actionDim, history: 1 };
    const graphs: DynamicsGraphs<Grid> = {
      encode: (m, seen) => m.embed(seenFrames(seen, 'grid')),
      predict: (m, z, blocks) => m.predict(z, blocks),
      rollout(m, context, _, plans) {
        const [E, S, H] = plans.shape as [number, number, number];
        const C = context.shape[1]!;
        const start = broadcastTo(reshape(context, [E, 1, C, dim]), [E, S, C, dim]);
        const states = [at(start, 2, C - 1)];
        for (let t = 0; t < H; t++) states.push(m.predict(states[t]!, at(plans, 2, t)));
        return concat([start, stack(states.slice(1), 2)], 2);
      },
    };
    return defineDynamics(sizes, grid(config), graphs, planCost('last', dim));
  },
  method(config, { batch, frames }) {
    const { imageSize, embedDim: dim, actionDim } = config;
    const directions = sigregDirections(dim, 128);
    return defineJepa<Grid>({
      name: 'grid',
      module: grid(config),
      inputs: {
        pixels: { dtype: 'u8', shape: [batch, frames, imageSize, imageSize, 3] },
        actions: { dtype: 'f32', shape: [batch, frames, actionDim] },
      },
      pairs: ({ pixels, actions }) => [
        {
          name: 'next',
          context: { name: 'clip', input: pixels! },
          target: { name: 'clip', input: pixels! },
          z: { kind: 'action', actions: actions!, steps: 1 },
          select: (z) => slice(z, 1, 1),
        },
      ],
      encode(model, view) {
        const z = embedClips(model, view.input, dim);
        return { embedding: z, representation: z };
      },
      target: { kind: 'shared' },
      predict(model, { embedding }, z) {
        const blocks = z.kind === 'action' ? z.actions : embedding;
        return model.predict(slice(embedding, 1, 0, frames - 1), slice(blocks, 1, 0, frames - 1));
      },
      terms: [
        methods.predictEnergy(l2),
        {
          name: 'sigreg',
          mechanism: 'gaussian',
          reads: 'embedding',
          weight: config.sigreg,
          trace: ({ latents }) => sigreg(transpose(latents.clip!.embedding, [1, 0, 2]), directions).value,
        },
      ],
      features: (model, view) => ({ pooled: model.embed(view.input) }),
    });
  },
});

registerWorld({ id: 'ice', summary: 'a puck that glides', make: ice, policies: { expert: springAndDamper } });

export default worldRecipe('ice', {
  summary: 'a world model with a grid for eyes learns a gliding puck',
  model: 'grid',
  models: {
    grid: {
      model: { kind: 'grid', imageSize: 64, cells: 16, embedDim: 8, hidden: 256, actionDim: 10, sigreg: 0.1 },
      train: { frames: 4, steps: 1500, batchSize: 64, learningRate: 1e-3, warmup: 0.05, weightDecay: 1e-3, clip: 1 },
    },
  },
  collect: { policy: 'expert', episodes: 400, maxSteps: 60, minSteps: 30, untilGoal: false },
});
