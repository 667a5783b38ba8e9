"""Names of the explorer's components, by which its parts talk to each other."""

JOB = "explore-job"  # Store: the job's id
FILTER = "explore-filter"  # Store: the filter's document, the one truth of the page
SORT = "explore-sort"  # Store: [["qual", "desc"], …]
ZOOM = "explore-zoom"  # Store: the stretch of the genome that is shown, or null
ROW = "explore-row"  # Store: row number of the variant whose drawer is open, or null
PAGE = "explore-page-token"  # Store: tells this open page from others; its newest question wins
ADDRESS = "explore-address"  # Store: the view as the address has it
WENT = "explore-went"  # Store: the view of an address that the reader went back or forward to
COUNT = "explore-count"
CHIPS = "explore-chips"
NOTICE = "explore-notice"
GRID = "explore-grid"
NUMBERS = "explore-said"  # type of the text alternatives of the figures
CHIP = "explore-chip"  # type of the buttons that take a condition away
PRESET = "explore-preset"  # type of the buttons that put a preset's filter in place
CLEAR = "explore-clear"
PICK = "explore-pick"  # type of the Stores: what a click or a brush in a plot means
TABLE = "explore-numbers"  # type of the Stores with the numbers behind the figures
SAVE = "explore-save"  # type of the buttons that save a plot
