-- Yuan alone is added up. What is not in a sum is counted beside it, by why: the counts add up to n_reports.
with procurement as (
    select * from {{ ref('rpt_procurement') }}
),

divisions as (
    select * from {{ ref('dim_division') }}
),

places as (
    {{ divisions_above('divisions') }}
),

placed as (
    select
        procurement.*,
        places.county_code,
        places.prefecture_code,
        places.province_code
    from procurement
    left join places on procurement.division_code = places.division_code
),

up_the_tree as (
    select
        unnest(case
            when province_code is null then ['unplaced']
            else list_filter([county_code, prefecture_code, province_code, '0'], lambda code: code is not null)
        end) as above_code,
        placed.*
    from placed
),

summed as (
    select
        above_code,
        report_year,
        coalesce(body_level, 'unknown') as level_of_bodies,
        body_kind,
        sum(project_count) as project_count,
        sum(amount_yuan) as amount_yuan,
        sum(amount_yuan) filter (where unit_basis in ('cell', 'header', 'form')) as amount_yuan_unit_printed,
        sum(amount_yuan) filter (where unit_basis = 'inferred') as amount_yuan_unit_inferred,
        count(*) as n_reports,
        count(project_count) as n_with_project_count,
        count(*) filter (where amount_status = 'amount') as n_with_amount,
        count(*) filter (where amount_status = 'zero') as n_zero,
        count(*) filter (where amount_status = 'unit_unknown') as n_unit_unknown,
        count(*) filter (where amount_status = 'blank') as n_blank,
        count(*) filter (where amount_status in ('absent', 'ambiguous')) as n_absent_or_ambiguous,
        count(*) filter (where amount_status = 'not_in_form') as n_not_in_form
    from up_the_tree
    group by above_code, report_year, level_of_bodies, body_kind
)

select
    summed.above_code as division_code,
    case summed.above_code
        when '0' then '全国'
        when 'unplaced' then '所在地未定'
        else divisions.division_name
    end as division_name,
    case summed.above_code when '0' then 'country' when 'unplaced' then 'unplaced' else divisions.level end
        as division_level,
    summed.report_year,
    summed.level_of_bodies as body_level,
    summed.body_kind,
    summed.project_count,
    cast(summed.amount_yuan as decimal(38, 2)) as amount_yuan,
    cast(summed.amount_yuan_unit_printed as decimal(38, 2)) as amount_yuan_unit_printed,
    cast(summed.amount_yuan_unit_inferred as decimal(38, 2)) as amount_yuan_unit_inferred,
    summed.n_reports,
    summed.n_with_project_count,
    summed.n_with_amount,
    summed.n_zero,
    summed.n_unit_unknown,
    summed.n_blank,
    summed.n_absent_or_ambiguous,
    summed.n_not_in_form
from summed
left join divisions on summed.above_code = divisions.division_code
