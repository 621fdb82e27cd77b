-- Peers: bodies of one level, kind, province and year that have a value. Equal values share one rank, in the middle of
-- theirs.
select
    reports.body_key,
    reports.report_year,
    reports.report_key,
    metrics.metric_key,
    peers.province_name,
    peers.body_level,
    peers.body_kind,
    packed.value,
    case
        when packed.n_peers >= {{ var('min_peers') }} then (packed.n_below + packed.n_equal / 2) / packed.n_peers
    end as percentile_rank,
    cast(packed.n_peers as bigint) as n_peers,
    cast(packed.n_below as bigint) as n_below,
    cast(packed.n_equal as bigint) as n_equal,
    case
        when reports.report_year is null then 'year_unknown'
        when packed.n_peers is null then 'peers_unknown'
        when packed.n_peers < {{ var('min_peers') }} then 'too_few_peers'
    end as null_reason
from {{ in_this_file(ref('int_metric_peers')) }} as packed
inner join {{ in_this_file(ref('int_report_numbers')) }} as reports on packed.report_no = reports.report_no
inner join {{ in_this_file(ref('int_metric_numbers')) }} as metrics on packed.metric_no = metrics.metric_no
inner join {{ in_this_file(ref('int_report_peers')) }} as peers on packed.report_no = peers.report_no
