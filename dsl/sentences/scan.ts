/** What `scan` says of the states that a step gives. */

export const STRAY_STATE = "scan: the step gives a state '{name}' that it did not have";
export const CHANGED_STATE =
  "scan: the state '{name}' must stay {dtype} {shape}, but after a step it is {nextDtype} {nextShape}";
