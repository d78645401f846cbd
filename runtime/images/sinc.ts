/** The function whose windowed form is Lanczos' kernel: `sin(πx) / πx`. */
export function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
}
