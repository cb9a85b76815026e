// A scale and a zero for every 64 columns.
const GROUP_BLOCKS: u32 = 2u;
