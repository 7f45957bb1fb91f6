// Unit meshes of MuJoCo's primitive shapes, tessellated once. A vertex stands at `unit * size + cap`: `unit` on the unit
// shape, scaled by the shape's sizes, and `cap` (-1, 0, 1) times a capsule's half length along z. Triangles turn
// counter-clockwise seen from outside. Circles come from square roots alone, so that every engine computes the same numbers.

/** The shapes that can be drawn, with MuJoCo's names and sizes. */
export type SolidType = 'plane' | 'sphere' | 'capsule' | 'ellipsoid' | 'cylinder' | 'box';

/** A shape's surface: `units` and `normals` [V, 3], `caps` [V], `triangles` [T, 3] as indices of vertices. */
export interface Mesh {
  readonly vertexCount: number;
  readonly units: Float64Array;
  readonly normals: Float64Array;
  readonly caps: Float64Array;
  readonly triangles: Uint16Array;
}

/** Sides of a circle; half a meridian has half as many. The middle of a side is 1.9 % nearer than a corner. */
const SIDES = 16;

type Vertex = readonly [unit: readonly number[], normal: readonly number[], cap: number];

/** Cosine and sine of `i` sixteenths of a turn. */
function circle(i: number): readonly [number, number] {
  const eighth = Math.sqrt(0.5);
  const cosines = [1, Math.sqrt((1 + eighth) / 2), eighth, Math.sqrt((1 - eighth) / 2)];
  const k = i % 4;
  const c = cosines[k]!;
  const s = k === 0 ? 0 : cosines[4 - k]!;
  const quarter = Math.floor(i / 4) % 4;
  return quarter === 0 ? [c, s] : quarter === 1 ? [-s, c] : quarter === 2 ? [-c, -s] : [s, -c];
}

function meshOf(vertices: readonly Vertex[], triangles: readonly number[]): Mesh {
  return {
    vertexCount: vertices.length,
    units: Float64Array.from(vertices.flatMap(([unit]) => unit)),
    normals: Float64Array.from(vertices.flatMap(([, normal]) => normal)),
    caps: Float64Array.from(vertices, ([, , cap]) => cap),
    triangles: Uint16Array.from(triangles),
  };
}

/** The two triangles of a quad whose corners turn counter-clockwise. */
const quad = (a: number, b: number, c: number, d: number): number[] => [a, b, c, a, c, d];

function plane(): Mesh {
  const corners = [
    [-1, -1, 0],
    [1, -1, 0],
    [1, 1, 0],
    [-1, 1, 0],
  ];
  return meshOf(
    corners.map((unit) => [unit, [0, 0, 1], 0]),
    quad(0, 1, 2, 3),
  );
}

function box(): Mesh {
  const vertices: Vertex[] = [];
  const triangles: number[] = [];
  for (let axis = 0; axis < 3; axis++) {
    for (const side of [-1, 1]) {
      const at = vertices.length;
      for (const [u, v] of [
        [-1, -1],
        [1, -1],
        [1, 1],
        [-1, 1],
      ] as const) {
        const unit = [0, 0, 0];
        unit[axis] = side;
        unit[(axis + 1) % 3] = u * side;
        unit[(axis + 2) % 3] = v;
        const normal = [0, 0, 0];
        normal[axis] = side;
        vertices.push([unit, normal, 0]);
      }
      triangles.push(...quad(at, at + 1, at + 2, at + 3));
    }
  }
  return meshOf(vertices, triangles);
}

/** Sphere, or capsule when `split`: then the equator is doubled and the halves are caps. */
function ball(split: boolean): Mesh {
  const vertices: Vertex[] = [];
  const triangles: number[] = [];
  const rings: (readonly [number, number, number])[] = [];
  // From the south pole upward.
  for (let r = 0; r <= SIDES / 2; r++) {
    const [z, radius] = circle(SIDES / 2 - r);
    const equator = r === SIDES / 4;
    if (equator && split) rings.push([0, 1, -1], [0, 1, 1]);
    else rings.push([z, Math.abs(radius), !split ? 0 : r < SIDES / 4 ? -1 : 1]);
  }
  for (const [r, [z, radius, cap]] of rings.entries()) {
    for (let i = 0; i < SIDES; i++) {
      const [c, s] = circle(i);
      const point = [radius * c, radius * s, z];
      vertices.push([point, point, cap]);
      if (r === 0) continue;
      const [here, next] = [r * SIDES + i, r * SIDES + ((i + 1) % SIDES)];
      const corners = quad(here - SIDES, next - SIDES, next, here);
      // One triangle of each quad at a pole has no area.
      if (r === 1) triangles.push(...corners.slice(3));
      else if (r === rings.length - 1) triangles.push(...corners.slice(0, 3));
      else triangles.push(...corners);
    }
  }
  return meshOf(vertices, triangles);
}

function cylinder(): Mesh {
  const vertices: Vertex[] = [];
  const triangles: number[] = [];
  for (let i = 0; i < SIDES; i++) {
    const [c, s] = circle(i);
    for (const z of [-1, 1]) {
      vertices.push([[c, s, z], [c, s, 0], 0], [[c, s, z], [0, 0, z], 0]);
    }
    const [here, next] = [4 * i, 4 * ((i + 1) % SIDES)];
    triangles.push(...quad(here, next, next + 2, here + 2));
    if (i > 0 && i < SIDES - 1) triangles.push(1, next + 1, here + 1, 3, here + 3, next + 3);
  }
  return meshOf(vertices, triangles);
}

/** The mesh of each shape. An ellipsoid is a sphere whose normals are rescaled by its sizes when it is placed. */
export const meshes: Readonly<Record<SolidType, Mesh>> = {
  plane: plane(),
  sphere: ball(false),
  ellipsoid: ball(false),
  capsule: ball(true),
  cylinder: cylinder(),
  box: box(),
};
