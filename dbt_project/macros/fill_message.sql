{# Fill the {placeholders} of a message of the seed finding_rules; a value that is null reads as nothing. #}
{% macro fill_message(template, values) -%}
    {%- set ns = namespace(sql=template) -%}
    {%- for name, value in values.items() -%}
        {%- set ns.sql = "replace(" ~ ns.sql ~ ", '{" ~ name ~ "}', coalesce(" ~ value ~ ", ''))" -%}
    {%- endfor -%}
    {{ ns.sql }}
{%- endmacro %}
