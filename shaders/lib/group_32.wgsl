// A scale and a zero for every 32 columns.
const GROUP_BLOCKS: u32 = 1u;
