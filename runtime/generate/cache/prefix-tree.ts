import type { PromptKey } from './prompt-keys.ts';
import { type CacheShape, type StoredPart, type StoredTokens, sliceStored } from './stored-tokens.ts';

/** What is kept of a prompt's first tokens. */
export type FoundPrefix<Tail> = {
  readonly length: number;
  readonly parts: readonly StoredPart[];
  /** What was kept with a prefix that ends here, or the last one before. */
  readonly tail: Tail | undefined;
};

/** An edge of the tree and the node at its end. */
type Node<Tail> = {
  keys: readonly PromptKey[];
  stored: StoredTokens;
  children: Map<PromptKey, Node<Tail>>;
  tail: Tail | undefined;
  /** What `tail` counts for, in tokens. */
  weight: number;
  parent: Node<Tail> | undefined;
  /** When it was last asked for. */
  used: number;
};

/**
 * A radix tree of prompts' beginnings: what several begin with is stored once. The leaf that was asked for the longest
 * ago is dropped first, so that a beginning outlives what goes on from it.
 */
export class PrefixTree<Tail> {
  readonly #shape: CacheShape;
  readonly #root: Node<Tail>;
  #clock = 0;
  #tokens = 0;

  constructor(shape: CacheShape) {
    this.#shape = shape;
    this.#root = nodeOf([], { tokens: 0, values: new Map() }, undefined);
  }

  /** Tokens that are stored, and what goes with them. */
  get tokens(): number {
    return this.#tokens;
  }

  /** The longest beginning of a prompt that is stored. It counts as asked for. */
  find(keys: readonly PromptKey[], most = keys.length): FoundPrefix<Tail> {
    const parts: StoredPart[] = [];
    let length = 0;
    let tail: Tail | undefined;
    for (const { node, shared } of this.#walk(keys, most)) {
      parts.push({ stored: node.stored, count: shared });
      length += shared;
      if (shared === node.keys.length) tail = node.tail ?? tail;
    }
    return { length, parts, tail };
  }

  /**
   * Stores a beginning. Of what is there already nothing is copied.
   *
   * @param copy what is to be stored of its tokens, from `first` on
   * @param tail what goes with it, and what that counts for in tokens
   */
  insert(
    keys: readonly PromptKey[],
    copy: (first: number) => StoredTokens,
    tail?: { readonly value: Tail; readonly weight: number },
  ): void {
    let length = 0;
    let node = this.#root;
    for (const step of this.#walk(keys, keys.length)) {
      length += step.shared;
      node = step.shared < step.node.keys.length ? this.#split(step.node, step.shared) : step.node;
    }
    if (length < keys.length) {
      const rest = keys.slice(length);
      const leaf = nodeOf(rest, copy(length), node);
      leaf.used = this.#clock;
      this.#tokens += rest.length;
      node.children.set(firstOf(rest), leaf);
      node = leaf;
    }
    if (tail === undefined || node === this.#root) return;
    this.#tokens += tail.weight - node.weight;
    node.tail = tail.value;
    node.weight = tail.weight;
  }

  /** Drops what was asked for the longest ago, but for what was asked for last; false where there is nothing else. */
  evict(): boolean {
    const [oldest] = this.#leaves(this.#root)
      .filter(({ used }) => used < this.#clock)
      .sort((a, b) => a.used - b.used);
    if (oldest === undefined) return false;
    this.#drop(oldest);
    return true;
  }

  clear(): void {
    this.#root.children.clear();
    this.#tokens = 0;
  }

  /** The nodes on the way of a prompt, and how many of each one's tokens it has. */
  #walk(keys: readonly PromptKey[], most: number): { node: Node<Tail>; shared: number }[] {
    const way: { node: Node<Tail>; shared: number }[] = [];
    this.#clock += 1;
    let node = this.#root;
    let length = 0;
    while (length < most) {
      const next = node.children.get(firstOf(keys, length));
      if (next === undefined) break;
      let shared = 1;
      const end = Math.min(next.keys.length, most - length);
      while (shared < end && next.keys[shared] === keys[length + shared]) shared += 1;
      next.used = this.#clock;
      way.push({ node: next, shared });
      if (shared < next.keys.length) break;
      length += shared;
      node = next;
    }
    return way;
  }

  /** @returns the upper part, of so many tokens; the lower one keeps what goes on from it */
  #split(node: Node<Tail>, at: number): Node<Tail> {
    const { keys, stored, parent } = node;
    const upper = nodeOf<Tail>(keys.slice(0, at), sliceStored(stored, this.#shape, 0, at), parent);
    upper.used = node.used;
    parent?.children.set(firstOf(keys), upper);
    node.keys = keys.slice(at);
    node.stored = sliceStored(stored, this.#shape, at, keys.length);
    node.parent = upper;
    // The way that splits it goes on elsewhere.
    node.used = Math.min(node.used, this.#clock - 1);
    upper.children.set(firstOf(node.keys), node);
    return upper;
  }

  #leaves(node: Node<Tail>): Node<Tail>[] {
    return [...node.children.values()].flatMap((child) =>
      child.children.size === 0 ? [child] : this.#leaves(child),
    );
  }

  #drop({ keys, weight, parent }: Node<Tail>): void {
    parent?.children.delete(firstOf(keys));
    this.#tokens -= keys.length + weight;
  }
}

function nodeOf<Tail>(
  keys: readonly PromptKey[],
  stored: StoredTokens,
  parent: Node<Tail> | undefined,
): Node<Tail> {
  return { keys, stored, children: new Map(), tail: undefined, weight: 0, parent, used: 0 };
}

function firstOf(keys: readonly PromptKey[], place = 0): PromptKey {
  return keys[place] ?? -1;
}
