with cells as (
    select * from {{ ref('int_cells') }}
    where table_key = 't2' and row_key = 'procurement'
),

unit_rules as (
    select * from {{ ref('unit_rules') }}
    where row_key = 'procurement'
),

units as (
    select * from {{ ref('units') }}
),

amounts as (
    select
        report_key,
        body_key,
        report_year,
        max(value) filter (where column_key = 'project_count') as project_count,
        max(value_state) filter (where column_key = 'project_count') as project_count_state,
        max(raw_value) filter (where column_key = 'amount') as amount_raw,
        -- What the amount's figure rests on: as printed, or as corrected.
        max(coalesce(corrected_value, raw_value)) filter (where column_key = 'amount') as amount_text,
        max(value_basis) filter (where column_key = 'amount') as amount_basis,
        max(value) filter (where column_key = 'amount') as amount,
        max(value_state) filter (where column_key = 'amount') as amount_state,
        max(printed_unit) filter (where column_key = 'amount') as printed_unit,
        max(printed_unit_basis) filter (where column_key = 'amount') as printed_unit_basis,
        min(line_start) as line_start,
        max(line_end) as line_end
    from cells
    group by report_key, body_key, report_year
),

measured as (
    select
        *,
        length(regexp_extract(amount_text, '[.．]([0-9０-９]+)', 1)) as n_decimals,
        case when project_count > 0 then amount / project_count end as amount_per_project
    from amounts
),

-- The first rule whose bounds all hold; an empty bound is none.
inferred as (
    select
        measured.report_key,
        unit_rules.rule_key as unit_rule_key,
        unit_rules.unit as inferred_unit,
        unit_rules.evidence_zh as unit_evidence
    from measured
    inner join unit_rules
        on
            measured.printed_unit is null
            and measured.amount is not null
            and coalesce(measured.amount >= unit_rules.min_amount, unit_rules.min_amount is null)
            and coalesce(measured.amount <= unit_rules.max_amount, unit_rules.max_amount is null)
            and coalesce(measured.n_decimals >= unit_rules.min_decimals, unit_rules.min_decimals is null)
            and coalesce(measured.n_decimals <= unit_rules.max_decimals, unit_rules.max_decimals is null)
            and coalesce(
                measured.amount_per_project >= unit_rules.min_amount_per_project,
                unit_rules.min_amount_per_project is null
            )
    qualify row_number() over (partition by measured.report_key order by unit_rules.priority) = 1
),

resolved as (
    select
        measured.*,
        inferred.unit_rule_key,
        inferred.unit_evidence,
        coalesce(measured.printed_unit, inferred.inferred_unit) as amount_unit,
        case
            when measured.printed_unit is not null then measured.printed_unit_basis
            when inferred.inferred_unit is not null then 'inferred'
            else 'unknown'
        end as unit_basis
    from measured
    left join inferred on measured.report_key = inferred.report_key
)

select
    resolved.*,
    try_cast(
        round(try_cast(resolved.amount as decimal(28, 6)) * cast(units.yuan_factor as bigint), 2) as decimal(20, 2)
    ) as amount_yuan
from resolved
left join units on resolved.amount_unit = units.unit
