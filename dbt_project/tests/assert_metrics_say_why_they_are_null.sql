-- A metric has a value or a reason, a percentile likewise, and amounts left out of a sum are counted with those in it.
select
    'rpt_metric' as model,
    count(*) as n_rows
from {{ ref('rpt_metric') }}
where (value is null) <> (null_reason is not null)
having count(*) > 0
union all
select
    'rpt_peer_percentile' as model,
    count(*) as n_rows
from {{ ref('rpt_peer_percentile') }}
where (percentile_rank is null) <> (null_reason is not null)
having count(*) > 0
union all
select
    'rpt_procurement_division' as model,
    count(*) as n_rows
from {{ ref('rpt_procurement_division') }}
where
    n_reports
    <> n_with_amount + n_zero + n_unit_unknown + n_blank + n_absent_or_ambiguous + n_not_in_form
having count(*) > 0
