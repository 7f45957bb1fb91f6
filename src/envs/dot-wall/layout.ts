// The geometry of DotWall and what happens at its walls, in pixels of the 65-pixel picture (x right, y down, pixel centres
// at whole numbers). Two rooms; between them a vertical wall, 3 pixels thick, with a door of 9 pixels.
// Source: eb_jepa `datasets/two_rooms/utils.py` (`check_wall_intersect`), `wall_dataset.py` (`generate_transitions`).

/** Side of the reference picture. */
export const PICTURE = 65;
/** The border walls: the dot stays between them. */
export const LOW = 4;
export const HIGH = 60;
/** Half the thickness of the wall. */
export const WALL_HALF = 1;
/** Half the width of the door. */
export const DOOR_HALF = 4;
/** Standard deviation of the dot. */
export const DOT = 1.3;
/** Standard deviation of the noise where the dot meets a wall. */
const BOUNCE = 0.5;
/** A dot that ends up on a wall is put this far inside. */
const INSIDE = 0.3;

/** Where the wall and its door are. */
export interface Wall {
  readonly x: number;
  readonly door: number;
}

/** Two independent N(0, 1) numbers for a contact. */
export type ContactNoise = () => readonly [number, number];

/** Whether a point lies within the wall, out of the door. */
export function inWall({ x: wall, door }: Wall, x: number, y: number): boolean {
  return Math.abs(x - wall) < WALL_HALF && Math.abs(y - door) > DOOR_HALF;
}

/** Where a move crosses the level `at` of one coordinate: the other coordinate there. A move along the level crosses at its start. */
function crossing(from: number, to: number, otherFrom: number, otherTo: number, at: number): number {
  return to === from ? otherFrom : otherFrom + ((at - from) / (to - from)) * (otherTo - otherFrom);
}

/** Whether a move meets a level: it ends on the other side, or one of its ends is on it. */
function meets(from: number, to: number, at: number): boolean {
  return Math.sign(from - at) * Math.sign(to - at) <= 0;
}

/** Whether a move inside the doorway leaves it over the edge at `edge`, going in the direction `sign` along y. */
function overEdge(wall: Wall, x1: number, y1: number, x2: number, y2: number, sign: 1 | -1): number | undefined {
  const edge = wall.door + sign * DOOR_HALF;
  if (!(sign * (y2 - y1) > 0 && sign * (y2 - edge) > 0 && sign * (y1 - edge) < 0)) return undefined;
  const x = crossing(y1, y2, x1, x2, edge);
  return Math.abs(x - wall.x) <= WALL_HALF ? x : undefined;
}

/**
 * One step of the environment: `position` [2] moves by `action` in place. A move that meets a wall ends where it meets it,
 * with N(0, 0.5^2) noise on both coordinates that points back to the side it came from.
 */
export function bounce(wall: Wall, position: Float32Array, action: ArrayLike<number>, noise: ContactNoise): void {
  const x1 = position[0]!;
  const y1 = position[1]!;
  const x2 = Math.fround(x1 + action[0]!);
  const y2 = Math.fround(y1 + action[1]!);
  for (const sign of [1, -1] as const) {
    const x = overEdge(wall, x1, y1, x2, y2, sign);
    if (x === undefined) continue;
    const [a, b] = noise();
    position[0] = x + BOUNCE * a;
    position[1] = wall.door + sign * DOOR_HALF - sign * Math.abs(BOUNCE * b);
    return;
  }

  // The room on the agent's side of the wall's middle; the wall's face has the door as a hole.
  const onLeft = wall.x > x1;
  const left = onLeft ? LOW : wall.x + WALL_HALF;
  const right = onLeft ? wall.x - WALL_HALF : HIGH;
  const vertical = meetsFace(x1, y1, x2, y2, left, onLeft ? undefined : wall.door)
    ? left
    : meetsFace(x1, y1, x2, y2, right, onLeft ? wall.door : undefined)
      ? right
      : undefined;
  const horizontal = meets(y1, y2, LOW) ? LOW : meets(y1, y2, HIGH) ? HIGH : undefined;
  if (vertical === undefined && horizontal === undefined) {
    position[0] = x2;
    position[1] = y2;
    return;
  }
  const hitV = vertical === undefined ? undefined : ([vertical, crossing(x1, x2, y1, y2, vertical)] as const);
  const hitH = horizontal === undefined ? undefined : ([crossing(y1, y2, x1, x2, horizontal), horizontal] as const);
  const far = (hit: readonly [number, number] | undefined): number =>
    hit === undefined ? Number.POSITIVE_INFINITY : Math.hypot(x1 - hit[0], y1 - hit[1]);
  const [a, b] = noise();
  const first = far(hitV) < far(hitH);
  const hit = first ? hitV! : hitH!;
  const dx = first ? Math.abs(BOUNCE * a) * Math.sign(x1 - hit[0]) : BOUNCE * a;
  const dy = first ? BOUNCE * b : Math.abs(BOUNCE * b) * Math.sign(y1 - hit[1]);
  position[0] = keepInside(hit[0] + dx, left, right);
  position[1] = keepInside(hit[1] + dy, LOW, HIGH);
}

/** Whether a move meets the vertical line at `x`, outside the door where there is one. */
function meetsFace(x1: number, y1: number, x2: number, y2: number, x: number, door: number | undefined): boolean {
  if (!meets(x1, x2, x)) return false;
  return door === undefined || Math.abs(crossing(x1, x2, y1, y2, x) - door) > DOOR_HALF;
}

function keepInside(v: number, low: number, high: number): number {
  return v <= low ? low + INSIDE : v >= high ? high - INSIDE : v;
}

/** One step of the data generator: a move that meets a wall leaves the dot where it is. Returns whether it moved. */
export function stay(wall: Wall, position: Float32Array, action: ArrayLike<number>): boolean {
  const x1 = position[0]!;
  const y1 = position[1]!;
  const x2 = Math.fround(x1 + action[0]!);
  const y2 = Math.fround(y1 + action[1]!);
  const blocked =
    [LOW, HIGH].some((at) => meets(x1, x2, at) || meets(y1, y2, at)) ||
    ([1, -1] as const).some((sign) => overEdge(wall, x1, y1, x2, y2, sign) !== undefined) ||
    [wall.x - WALL_HALF, wall.x + WALL_HALF].some(
      (face) => (x1 - face) * (x2 - face) < 0 && Math.abs(crossing(x1, x2, y1, y2, face) - wall.door) > DOOR_HALF,
    );
  if (blocked) return false;
  position[0] = x2;
  position[1] = y2;
  return true;
}
