export type AttributeValue = number | string | boolean | readonly number[] | readonly string[];

/** What an operator is told besides its inputs. */
export type Attributes = Readonly<Record<string, AttributeValue | undefined>>;

/** The values of a constant, row-major: as wide as its dtype, booleans as bytes. */
export type ConstantData = Float32Array | BigInt64Array | Int32Array | Uint8Array;
