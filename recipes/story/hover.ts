// A photograph that answers the pointer: the cosine of every patch with the patch under it. The page computes the cosines
// itself from the unit tokens, stored as bytes, so that it needs nothing else.
// Legend: N patches in rows of `columns`, D width.

import type { Matrix } from '../../src/measure/index.ts';
import { type Canvas, resizeBilinear } from '../../src/raster/index.ts';
import { pngDataUri } from '../../src/raster/node.ts';
import { escapeHtml } from '../../src/report/index.ts';

/** Tokens [N, D] as unit vectors in signed bytes: 127 times each number over the largest. */
export function unitBytes({ data, rows, cols }: Matrix): Int8Array {
  const out = new Int8Array(rows * cols);
  for (let i = 0; i < rows; i++) {
    let squares = 0;
    for (let j = 0; j < cols; j++) squares += data[i * cols + j]! ** 2;
    const length = Math.sqrt(squares) || 1;
    for (let j = 0; j < cols; j++) out[i * cols + j] = Math.round((127 * data[i * cols + j]!) / length);
  }
  return out;
}

/** Width of the picture on the page in pixels. */
const WIDTH = 448;

// Lays the cosines over the photograph, from the least to the greatest as the opacity of a light colour.
const SCRIPT = `(()=>{for(const box of document.querySelectorAll('[data-hover]')){const d=box.dataset,c=+d.columns,n=+d.patches,w=+d.dim;
const t=Int8Array.from(atob(d.hover),x=>x.charCodeAt(0)),s=new Float32Array(n),L=new Float32Array(n);
for(let i=0;i<n;i++){let q=0;for(let k=0;k<w;k++)q+=t[i*w+k]**2;L[i]=Math.sqrt(q)||1}
const canvas=box.querySelector('canvas'),g=canvas.getContext('2d'),r=n/c;
const show=p=>{let lo=2,hi=-2;for(let i=0;i<n;i++){let q=0;for(let k=0;k<w;k++)q+=t[i*w+k]*t[p*w+k];s[i]=q/(L[i]*L[p]);if(i!==p){lo=Math.min(lo,s[i]);hi=Math.max(hi,s[i])}}
g.clearRect(0,0,canvas.width,canvas.height);const x=canvas.width/c,y=canvas.height/r;
for(let i=0;i<n;i++){const v=Math.max(0,Math.min(1,(s[i]-lo)/(hi-lo||1)));g.fillStyle='rgba('+Math.round(255*v)+','+Math.round(200*v)+','+Math.round(60*v)+',.72)';g.fillRect(i%c*x,Math.floor(i/c)*y,x+.5,y+.5)}
g.strokeStyle='#fff';g.lineWidth=2;g.strokeRect(p%c*x,Math.floor(p/c)*y,x,y)};
canvas.addEventListener('pointermove',e=>{const b=canvas.getBoundingClientRect(),u=Math.min(c-1,Math.floor((e.clientX-b.left)/b.width*c)),v=Math.min(r-1,Math.floor((e.clientY-b.top)/b.height*r));show(v*c+u)});
show(+d.patch)}})()`;

/** The photograph with its tokens: moving the pointer over it shows what is alike; `patch` is shown at first. */
export function hoverPhoto(photo: Canvas, tokens: Matrix, columns: number, patch: number, caption: string): string {
  const height = Math.round((WIDTH * photo.height) / photo.width);
  const image = pngDataUri(resizeBilinear(photo, WIDTH, height));
  const bytes = Buffer.from(unitBytes(tokens).buffer).toString('base64');
  const at = `data-columns="${columns}" data-patches="${tokens.rows}" data-dim="${tokens.cols}" data-patch="${patch}"`;
  return (
    `<figure data-hover="${bytes}" ${at} style="position:relative;width:${WIDTH}px;max-width:100%;margin:0">` +
    `<img src="${image}" alt="${escapeHtml(caption)}" style="display:block;width:100%">` +
    `<canvas width="${WIDTH}" height="${height}" style="position:absolute;left:0;top:0;width:100%;cursor:crosshair"></canvas>` +
    `<figcaption>${escapeHtml(caption)}</figcaption></figure>`
  );
}

/** The script that makes every photograph of the page answer; to stand after them. */
export const hoverScript: string = `<script>${SCRIPT}</script>`;
