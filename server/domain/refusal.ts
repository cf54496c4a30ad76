export class Refusal extends Error {
  constructor(m: string) { super(m); }
}
export async function f() { Promise.resolve(1); return 1 }
