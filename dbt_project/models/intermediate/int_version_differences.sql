-- In how many cells and quantities of the prose each version that is compared differs from the current one.
with compared as (
    select * from {{ ref('int_compared_versions') }}
),

differences as (
    select report_no from {{ ref('int_cell_differences') }}
    union all
    select report_no from {{ ref('int_prose_differences') }}
),

counted as (
    select
        report_no,
        count(*) as n_differences
    from differences
    group by report_no
)

select
    compared.report_key,
    compared.current_report_key,
    counted.n_differences
from counted
inner join compared on counted.report_no = compared.report_no
