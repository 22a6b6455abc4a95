"""The measures of the first tables: premia, costs, volatility, technicals, forecasts."""

from schemas.measure import Grade, Measure, NotUsed, Role

_VIX, _SPX, _TEN = ("vix_close",), ("spx_close",), ("treasury_10y",)
_MARK = ("erp_damodaran_published", "spx_at_erp_mark", "treasury_10y_at_erp_mark")
_PREMIUM = (*_SPX, *_TEN, *_MARK)
_DEBT = ("baa_yield", "baa_spread")
_BALANCE = ("corporate_equity", "corporate_debt")
_BARS = ("spx_open", "spx_high", "spx_low", "spx_close")
_FAMILY = ("vix9d_close", "vix_close", "vix3m_close", "vix6m_close", "vix1y_close")

_COST, _GAP = "mart_cost_of_equity_daily", "mart_vol_gap_daily"
_RANGE_BIAS = (
    "The published cash open equals the prior close on 40 % of days: range estimators on the cash "
    "index read low"
)


def _of(
    table: str, grade: Grade, role: Role, inputs: tuple[str, ...], *rows: tuple[str, ...]
) -> tuple[Measure, ...]:
    """Measures of one table, grade and role: id, term, column, section, formula, source, caution."""
    return tuple(
        Measure(name, term, table, column, section, formula, source, grade, role, inputs,
                *caution)
        for name, term, column, section, formula, source, *caution in rows
    )  # fmt: skip


BASE_MEASURES: tuple[Measure, ...] = (
    *_of(_COST, "A", "DRIVER", _TEN,
         ("M-RF", "Risk-free rate", "treasury_10y", "1.1", "10-year Treasury par yield",
          "US Treasury")),
    *_of(_COST, "A", "DRIVER", _PREMIUM,
         ("M-ERP-F", "Cash-flow equity premium", "erp_fcfe_marked", "1.2",
          "r - rf10, where P = sum CF0 (1+g)^t / (1+r)^t + terminal value at rf10, marked daily",
          "Damodaran, implied equity risk premium",
          "Predicts returns poorly beyond the years it was fitted on (Goyal and Welch 2008): a state, not a signal"),
         ("M-COE-F", "Cost of equity by cash flows", "coe_f", "1.1", "rf10 + 1 * erp_fcfe_marked",
          "CAPM as a convention, aggregate beta 1")),
    *_of(_COST, "B", "DRIVER", _VIX,
         ("M-ERP-V", "30-day options premium", "erp_svix30", "1.4",
          "k(VIX) * (VIX / 100)^2, k = clamp(0.92 - 0.003 (VIX - 20), 0.80, 0.92)",
          "Martin 2017, QJE 132(1)",
          "A proxy of the strip from the VIX alone; Martin reads such premia as real, not as mispricing")),
    *_of(_COST, "B", "GAUGE", ("vix1y_close",),
         ("M-ERP-V365", "1-year options premium", "erp_svix365", "1.4",
          "k(VIX1Y) * (VIX1Y / 100)^2", "Martin 2017, QJE 132(1)", "A proxy, as at 30 days")),
    *_of(_COST, "B", "GAUGE", (*_VIX, "rf_30d"),
         ("M-COE-V", "Cost of equity by 30-day options", "coe_v", "1.1", "rf_30d + erp_svix30",
          "Martin 2017")),
    *_of(_COST, "B", "GAUGE", ("vix1y_close", "treasury_2y"),
         ("M-COE-V365", "Cost of equity by 1-year options", "coe_v_365d", "1.1",
          "one-year rate + erp_svix365", "Martin 2017")),
    *_of(_COST, "B", "GAUGE", _DEBT,
         ("M-KD", "Cost of debt", "cost_of_debt", "1.1", "Baa yield, or rf10 + Baa spread",
          "Moody's seasoned Baa, by FRED")),
    *_of(_COST, "A", "GAUGE", _BALANCE,
         ("M-W", "Equity weight", "weight_equity", "1.1",
          "E / (E + D), nonfinancial corporates; 0.86 assumed where unknown",
          "Federal Reserve, Z.1", "Not the S&P 500's own weights")),
    *_of(_COST, "A", "GAUGE", (*_PREMIUM, *_DEBT, *_BALANCE),
         ("M-WACC", "Cost of capital by cash flows", "wacc_f", "1.1",
          "w_e * coe_f + w_d * kd * (1 - 0.25)", "Textbook WACC; marginal tax by Damodaran"),
         ("M-TAX", "Marginal tax", "wacc_f", "1.1", "0.25, a constant in wacc_f and wacc_v",
          "Damodaran's US table: 5.29 % before, 3.97 % after tax")),
    *_of(_COST, "A", "GAUGE", (*_VIX, "rf_30d", *_DEBT, *_BALANCE),
         ("M-WACC-V", "Cost of capital by 30-day options", "wacc_v", "1.1",
          "w_e * coe_v + w_d * kd * (1 - 0.25)", "Textbook WACC")),
    *_of(_COST, "C", "GAUGE", (*_PREMIUM, *_VIX, "rf_30d", *_DEBT, *_BALANCE),
         ("M-WDEV", "Cost-of-capital deviation", "wacc_deviation", "1.1", "wacc_v - wacc_f",
          "Ours, from the article's wording",
          "A monotone image of the gap; no support that it maps to an optimal hedge size")),
    *_of("mart_vol_state_daily", "C", "GAUGE", (*_VIX, *_SPX),
         ("M-VRP", "Variance risk premium", "variance_risk_premium", "1.5",
          "VIX^2 / 12 - sum of squared returns of 21 sessions [percent squared a month]",
          "Bollerslev, Tauchen and Zhou 2009",
          "With daily returns the published predictability is reported lost")),
    *_of(_GAP, "B", "GAUGE", (*_VIX, *_PREMIUM),
         ("M-GAP30", "Gap of the two premia", "vol_gap_30d", "1.6", "erp_svix30 - erp_fcfe_marked",
          "Martin 2017 against Damodaran", "A 30-day premium against a perpetual one")),
    *_of(_GAP, "B", "GAUGE", ("vix1y_close", *_PREMIUM),
         ("M-GAP365", "Gap of the two premia, a year ahead", "vol_gap_365d", "1.6",
          "erp_svix365 - erp_fcfe_marked", "Martin 2017 against Damodaran")),
    *_of(_GAP, "C", "DRIVER", (*_VIX, *_PREMIUM),
         ("M-ZGAP", "Vol-fundamental gap (z)", "vol_gap_z", "1.6",
          "z over ten years of ln(erp_svix30) - ln(erp_fcfe_marked)", "Ours",
          "In 1999-2018 hedges were dearest, and spikes rarest, where it was high"),
         ("M-DIST", "Vol-fundamental gap, bucket", "vol_gap_z", "1.6",
          "B1 < -0.5 <= B2 < 0.5 <= B3 < 1.5 <= B4 of vol_gap_z: the matrix row", "Ours",
          "'Distortion' is the article's word; Martin (2017) contests it")),
    *_of(_GAP, "C", "GAUGE", (*_VIX, *_PREMIUM),
         ("M-PGAP", "Vol-fundamental gap (percentile)", "vol_gap_percentile", "1.6",
          "mid-rank of the log gap in its ten years", "Ours")),
    *_of("mart_realized_vol_daily", "A", "DRIVER", _SPX,
         ("RV-CC0", "Realized volatility", "realized_vol_21d", "4.1",
          "sqrt(252 * mean r^2), 21 returns", "Standard; zero mean")),
    *_of("mart_realized_vol_daily", "A", "GAUGE", _SPX,
         ("RV-CC", "Realized volatility about the mean", "realized_vol_cc_21d", "4.1",
          "sqrt(252 * var r), 21 returns", "Standard")),
    *_of("mart_realized_vol_daily", "A", "GAUGE", ("spx_high", "spx_low"),
         ("RV-PK", "Parkinson volatility", "realized_vol_parkinson_21d", "4.1",
          "mean h^2 / (4 ln 2)", "Parkinson 1980", _RANGE_BIAS)),
    *_of("mart_realized_vol_daily", "A", "GAUGE", _BARS,
         ("RV-GK", "Garman-Klass volatility", "realized_vol_garman_klass_21d", "4.1",
          "mean[0.5 h^2 - (2 ln 2 - 1) c^2]", "Garman and Klass 1980", _RANGE_BIAS),
         ("RV-GKYZ", "Garman-Klass volatility with gaps", "realized_vol_gkyz_21d", "4.1",
          "Garman-Klass + mean o^2", "Garman and Klass 1980, Yang and Zhang 2000", _RANGE_BIAS),
         ("RV-RS", "Rogers-Satchell volatility", "realized_vol_rogers_satchell_21d", "4.1",
          "mean[(H - C)(H - O) + (L - C)(L - O)] in logs", "Rogers and Satchell 1991", _RANGE_BIAS),
         ("RV-YZ", "Yang-Zhang volatility", "realized_vol_yang_zhang_21d", "4.1",
          "var(o) + k var(c) + (1 - k) RS", "Yang and Zhang 2000", _RANGE_BIAS)),
    *_of("mart_vol_cone_daily", "A", "GAUGE", _SPX,
         ("RV-CONE", "Volatility cone", "cone_p50", "4.2",
          "quantiles of realized volatility by horizon over ten years, variance * 1/(1 - h/n + (h^2-1)/(3 n^2))",
          "Burghardt and Lane 1990; Hodges and Tompkins 2002"),
         ("RV-EM", "Expected move", "expected_move_cone", "4.3", "S * sigma * sqrt(h / 252)",
          "Standard")),
    *_of("mart_vol_state_daily", "C", "GAUGE", ("vix9d_close", *_SPX),
         ("RV-EDR", "Expected daily range", "expected_daily_range", "4.3",
          "m (0.6 VIX9D + 0.4 RV20) / sqrt(252)", "Ours, repaired from the article's glossary",
          "With the VIX in place of the VIX9D it held 76 % of next-day moves in 1999-2018")),
    *_of("mart_vol_forecast_daily", "B", "GAUGE", (*_BARS, *_VIX),
         ("F-HAR", "HAR forecast", "forecast_vol_har", "5.2",
          "ln v(t+1..t+H) on ln v of 1, 5 and 22 sessions, with and without ln VIX",
          "Corsi 2009; Bekaert and Hoerova 2014"),
         ("F-GARCH", "GARCH forecast", "forecast_vol_garch", "5.2",
          "sigma^2 = w + a e^2 + b sigma^2, mean variance over H", "Bollerslev 1986"),
         ("F-GJR", "GJR forecast", "forecast_vol_gjr", "5.2", "GARCH + g e^2 where e < 0",
          "Glosten, Jagannathan and Runkle 1993"),
         ("F-BLOCK", "Combined forecast", "forecast_vol_combined", "5.3",
          "models weighted by inverse QLIKE of 500 sessions", "Patton 2011")),
    *_of("mart_vol_forecast_daily", "B", "GAUGE", _FAMILY,
         ("F-TERM", "Term-structure forecast", "forecast_vol_term_structure", "5.2",
          "forward variance (t2 IV2^2 - t1 IV1^2) / (t2 - t1)", "Standard")),
    *_of("mart_technical_daily", "C", "MODIFIER", _VIX,
         ("T-MACD", "MACD of the VIX", "vix_macd_hist", "6.1", "EMA12 - EMA26 less its EMA9",
          "Appel", "No timing value in 1990-2026: 31 % spikes after an up-cross, 31 % always"),
         ("T-XUP", "MACD up-cross, confirmed", "sessions_since_macd_up", "6.1",
          "histogram from <= 0 to > 0, held 2 closes, at least 0.10 sd of 63 sessions", "Appel",
          "12 a year, a third reverse within 5 days"),
         ("T-XDN", "MACD down-cross, confirmed", "sessions_since_macd_down", "6.1",
          "histogram from >= 0 to < 0, held 2 closes, at least 0.10 sd of 63 sessions", "Appel",
          "The VIX rose 2.4 % in the 21 sessions after: cutting hedges on it is mistimed")),
    *_of("mart_technical_daily", "A", "GAUGE", _VIX,
         ("T-EMA", "Moving average of the VIX", "vix_ema_12d", "6.1",
          "a x + (1 - a) EMA, a = 2 / (n + 1), seeded with the mean of the first n", "Standard")),
    *_of("mart_technical_daily", "B", "MODIFIER", _VIX,
         ("T-RSI", "RSI of the VIX", "vix_rsi_14d", "6.1", "Wilder's RSI, 14 sessions",
          "Wilder 1978", "Above 70 the VIX then fell 17 % on average: it says monetize, not add")),
    *_of("mart_vol_state_daily", "A", "DRIVER", ("vix3m_close", *_VIX),
         ("V-R1", "VIX3M / VIX", "term_ratio_3m", "10.4", "VIX3M / VIX",
          "Johnson 2017; Simon and Campasano 2014",
          "The slope prices variance risk; it does not forecast the VIX")),
    *_of("mart_vol_state_daily", "B", "GAUGE", ("vix9d_close", *_VIX),
         ("V-R2", "VIX9D / VIX", "term_ratio_9d", "10.4", "VIX9D / VIX", "Cboe")),
)  # fmt: skip

BASE_NOT_USED: tuple[NotUsed, ...] = (
    NotUsed("F-SHIFT", "Time-Shifting: the book repriced weeks ahead", "5.1",
            "in no table: volbrief book computes it for the session that is asked for"),
    NotUsed("M-WTARGET", "A target of 6 to 8 % for the cost of capital, lowered after calm", "1.6",
            "stated on the publisher's pages without a derivation; the stress of it is shown instead"),
    NotUsed("M-NAIVE", "The square of the VIX as an equity premium", "1.4",
            "overstates the options premium by 9 % in calm and 26 % in crisis"),
    NotUsed("RV-STRADDLE", "Expected move as 0.85 of the straddle", "4.3",
            "0.85 of an at-the-money straddle is only 0.68 standard deviations; the move itself is shown"),
)  # fmt: skip
"""What section 1 and 4 name and reject."""
