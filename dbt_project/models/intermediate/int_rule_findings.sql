-- Findings of rules as they are kept: numbers for the report and for the place or cell that breaks the rule, and the
-- figures that the message names. `nth` counts those of one report and rule.
with results as (
    select * from {{ ref('int_rule_results') }}
    where status = 'fail'
),

places as (
    select
        *,
        dense_rank() over (order by rule_key) as rule_no
    from {{ ref('int_rule_places') }}
    where gives_finding
),

facts as (
    select * from {{ ref('int_report_facts') }}
    where words is not null
),

failed as (
    select
        results.*,
        places.rule_no,
        places.quantity
    from results
    inner join places on results.result_no = places.result_no
),

-- A rule over each cell of a table gives a finding for each cell that breaks it.
broken_cells as (
    select
        report_no,
        result_no,
        rule_no,
        unnest(broken_cells, recursive := true)  -- noqa: AL03
    from failed
    where broken_cells is not null
),

broken as (
    select
        report_no,
        result_no,
        rule_no,
        cell_no,
        value as actual,
        line_start,
        line_end
    from broken_cells
    union all by name
    select
        report_no,
        result_no,
        rule_no,
        cast(0 as usmallint) as cell_no,
        expected,
        actual,
        last_year,
        quantity,
        line_start,
        line_end
    from failed
    where broken_cells is null
)

-- Numbers of places and cells are in the order of their names.
select
    broken.report_no,
    broken.result_no,
    broken.cell_no,
    cast(row_number() over (
        partition by broken.report_no, broken.rule_no order by broken.result_no, broken.cell_no
    ) as usmallint) as nth,
    broken.expected,
    broken.actual,
    broken.last_year,
    facts.words,
    broken.line_start,
    broken.line_end
from broken
left join facts on broken.report_no = facts.report_no and broken.quantity = facts.quantity
order by broken.report_no, broken.result_no, broken.cell_no
