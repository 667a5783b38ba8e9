"""Names of the explorer's components, by which its parts talk to each other."""

JOB = "explore-job"  # Store: the job's id
FILTER = "explore-filter"  # Store: the filter's document, the one truth of the page
SORT = "explore-sort"  # Store: [["qual", "desc"], …]
ZOOM = "explore-zoom"  # Store: the stretch of the genome that is shown, or null
ROW = "explore-row"  # Store: row number of the variant whose drawer is open, or null
PAGE = "explore-page-token"  # Store: tells this open page from others; its newest question wins
ADDRESS = "explore-address"  # Store: the view as the address has it
WENT = "explore-went"  # Store: the view of an address that the reader went back or forward to
ANSWERED = "explore-answered"  # Store: changes with each answer, so that what is old no longer looks so
FREQUENCY = "explore-frequency"  # Store: the column of the plot of frequencies, null for the first one
COUNT = "explore-count"
CHIPS = "explore-chips"
NOTICE = "explore-notice"
SAID = "explore-status"  # what scripts say: a link was copied, a saved filter was applied
GRID = "explore-grid"
NUMBERS = "explore-said"  # type of the text alternatives of the figures
CHIP = "explore-chip"  # type of the buttons that take a condition away
LOOSEN = "explore-loosen"  # type of the buttons that do so where nothing passes
PRESET = "explore-preset"  # type of the buttons that put a preset's filter in place
CLEAR = "explore-clear"
ZOOM_OUT = "explore-zoom-out"
ZOOM_ALL = "explore-zoom-all"
OPEN = "explore-open"  # type of the Stores that tell which plots beside the wall are open
PICK = "explore-pick"  # type of the Stores: what a click or a brush in a plot means
TABLE = "explore-numbers"  # type of the Stores with the numbers behind the figures
SAVE = "explore-save"  # type of the buttons that save a plot
