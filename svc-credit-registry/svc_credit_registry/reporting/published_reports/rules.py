"""What the figures of filing count."""

DEFINITION = (
    "应报：当前存续、且在该年度12月31日前（含）设立登记的企业，不含个体工商户；按期：次年6月30日前（含）公示；逾期：7月1日起公示",
    "Due: enterprises in business now and founded by 31 December of the year, without individual businesses. In time: "
    "published by 30 June of the next year; late: published from 1 July on",
)
