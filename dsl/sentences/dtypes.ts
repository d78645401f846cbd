/** What operators say of dtypes. */

export const WRONG_DTYPE = '{operator}: {name} must be {accepted}, but it is {dtype}; use cast to change it';
export const MIXED_DTYPES =
  '{operator}: dtypes {first} and {other} do not mix; use cast to change one of them';
