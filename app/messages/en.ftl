# The page's own words. Each section belongs to one part of the page; ids begin with its name.

## Numbers and units

count-tokens = { $count ->
    [one] { $count } token
   *[other] { $count } tokens
  }
