/** What operators over channels say. */

export const CHANNEL_AXES = '{operator}: x must be [batch, channels, ...], but it is {x}';
export const CHANNEL_GROUPS =
  'groupNormalize: groups must divide the {channels} channels of {x}, but it is {groups}';
