"""The words of the field, of the article that inspired the rules, and of this tool: each once."""

WORDS: tuple[tuple[str, str], ...] = (
    ("Age", "sessions from the date a value describes to the session of the page"),
    ("ALVH, layered hedge", ("the article's name for VIX calls at three lives over a condor; here the "
     "layers L1, L2 and L3 of the policy")),
    ("As of, `--date`", "the session whose close a briefing describes"),
    ("Big Top, Cash Press", ("the article's name for richly paid premium near a high; here a state from "
     "the index, breadth, the variance premium and the curve that asks for a review and moves nothing")),
    ("Book", "the condor and the layers over it: the model's by the policy, or the user's own desk"),
    ("Carry", "what holding costs by time and by the slide of the future down its curve"),
    ("Cell", "a row and a column of the policy's matrix: gap bucket and volatility bucket"),
    ("Complete, degraded, withheld, refused", "the four ways a page can end"),
    ("Contango, backwardation", ("the volatility curve rises, falls with maturity: VIX3M above, below "
     "the VIX")),
    ("Conversion, reversal", ("the underlying against the opposite synthetic forward; locks in a lending or "
     "borrowing rate")),
    ("Cost of equity", ("risk-free rate plus beta times an equity premium: by cash flows, or by "
     "volatility")),
    ("Coverage", "gain of the hedge over the condors' largest loss, under stated stress"),
    ("Daily moves", ("distance to a threshold over the standard deviation of the driver's daily change, "
     "63 sessions")),
    ("DAO, multi-signature gate", ("the article's image for agreement before action; here five signers, "
     "a quorum and a veto: it can delay, never predict")),
    ("Decision time", "07:30 New York on the next session; what was known by then counts"),
    ("Distortion", ("the article's word for a high premium by volatility; here the vol-fundamental gap, "
     "because Martin (2017) reads such premia as real")),
    ("DRIP", "reinvestment of dividends in fractions of a unit; here with a share kept for the hedge"),
    ("ERP, cash flows", ("the return above the 10-year yield at which a two-stage model of dividends and "
     "buybacks meets the index price")),
    ("ERP, options", ("the least premium that option variance implies (Martin 2017, SVIX); here from the "
     "VIX, or from the chain where there is one")),
    ("Event date, available at, retrieved at", ("what a value describes, when it could first be known, "
     "when we fetched it")),
    ("Evidence grade", ("A exchange or agency definition, or broadly replicated; B one study or an agency; "
     "C a practitioners' convention; D a metaphor, or no support found")),
    ("False Binary", ("the article's loyalty against motion; here on where the fundamental view and the "
     "market's motion disagree: no rule of one family may then act alone")),
    ("FIRED, NOT FIRED, NO DATA, NOT EVALUATED", 'the four outcomes of a rule; unknown is never "no"'),
    ("Impermanent loss, loss-versus-rebalancing", ("what a constant-product market maker loses against "
     "holding, and against trading at the outside price")),
    ("Implied volatility", "what option prices imply; here VIX / 100"),
    ("Layers", ("L1 short, L2 middle and L3 long VIX options at 30, 110 and 220 days; SE is the Second "
     "Engine")),
    ("MEV", "what orderers of blocks earn from the order; a gauge of chains, with no link to the VIX found"),
    ("Model-uncertainty line", "lowest, median and highest of the premium estimates at hand"),
    ("Multiplier", "a layer's thickness against its base; 1.00 is the always-on base"),
    ("Percentile", ("mid-rank among the previous ten years, at least three years of them; windows of "
     "volatility overlap, so they are not independent")),
    ("Quick ratio", ("liquid assets over current liabilities of corporations; and, for rules, an analog "
     "from market liquidity that may only ask for a review")),
    ("Quorum", "signatures that a multiplier above 1.00 needs; an unknown signer has not signed"),
    ("Range estimators", ("volatility from highs and lows; stale opens of a cash index bias them low, "
     "which a flag then says")),
    ("Realized volatility", ("root of 252 times the mean squared log return of the window (RV-CC0); other "
     "estimators are named")),
    ("Role", ("DRIVER may change a recommendation; MODIFIER scales within a range; GATE blocks or "
     "permits; GAUGE is shown and consumed by no rule")),
    ("Second Engine", ("deferred VIX futures or their substitutes against drift of the book's delta; "
     "dormant unless four of five signatures open it")),
    ("Session", "a day on which the exchange trades; the date a row describes"),
    ("Signer", "one of five tests that must agree before a layer grows beyond its base"),
    ("Standing book", ("the book as if it were opened at this close: what rules judge before they "
     "decide")),
    ("Steward, promoter", ("two profiles of limits and quorum that the user declares; the behavioral score "
     "reports what was accepted")),
    ("Temporal Theta, Vega Martingale", ("the article's names; here a roll only for a net credit, and half "
     "of what L1 realized moved on to L2 and L3: nothing is added after a loss")),
    ("Time-Shifting", "the book repriced weeks ahead along forecast volatility, and hold against roll"),
    ("Variance risk premium", "VIX² / 12 less the month's squared returns, in percent squared"),
    ("Vintage", "one published version of a value that was later revised"),
    ("Vol-fundamental gap", ("log of the options' premium less log of the cash flows' premium; its distance "
     "from its past mean in standard deviations (z) is the matrix's row")),
    ("Volatility cone", ("percentiles of realized volatility by window over the previous ten years, variance "
     "corrected for overlap (Hodges and Tompkins)")),
    ("WACC", "equity share times cost of equity, plus debt share times cost of debt less tax"),
    ("z-score", ("distance from the mean of the previous ten years (2,520 sessions, at least 756), in "
     "standard deviations; today is never in its own baseline")),
)  # fmt: skip
