"""Publishers' files on this machine's loopback, in the publishers' own URL layout.

A development tool: it reads a folder of files that are not part of the project, and lets
``volbrief run --source live`` meet real formats without a network. The base URL of a publisher is
``http://127.0.0.1:PORT/<publisher>``; what follows is the publisher's own path and query.

What the folder may hold (all of it is optional; an address without its file answers 404)::

    cboe-index-history/<SYM>_History.csv         as served
    option-chain-cboe-csv/spx_quotedata_<day>.csv   the newest becomes _SPX.json; vix_ likewise
    spx-daily/SPX_ohlc_*.csv                     continued by SP500 below: SPX_History.csv
    vx-futures-cfe/CFE_<code><yy>_VX.csv         as served; also by expiry, and by trade date where
                                                 at least six contracts are there
    treasury-par-yields/treasury_curves_*.csv    decimals, several years
    treasury-par-yields/<year>-daily-treasury-rates.csv   percent; FRED's DGS2, DGS10 and DGS30
                                                 fill other days, DFII10 is the real curve
    fredgraph-raw/<ID>_*.csv                     as served
    fred-extracts/<ID>.csv                       date,value; the longest body of a series wins
    spx-daily/fredgraph_SP500.csv, cpi-us/cpiai.csv   bodies of SP500 and CPIAUCNS
    fred-vintages/<ID>.csv                       date,realtime_start,realtime_end,value: FRED's API
    damodaran-erp-monthly/erp_monthly.csv        becomes ERPbymonth.xlsx
    shiller/ie_data*.xls, shiller/data.csv       workbook with the page that links it, mirror
    nyse-breadth/NYSE_<kind>.csv                 as served
    sector-etf-close/<SYM>.csv                   date,close: Yahoo's chart
    as-served/<publisher>/<path>[?<query>]       any other body, served before all above

BLS (CPIAUCSL, CPILFESL, CPIAUCNS, PPIFIS) and BIS (RBUSBIS) are made of FRED's bodies above.
"""
