/** The largest resident size of this process in bytes. */
export declare function ownPeak(): number;
